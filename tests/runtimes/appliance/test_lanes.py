"""Lanes: in order within one, beside each other between them, and a quick end."""

import logging
import threading
from datetime import timedelta

import pytest

from devices.device import eventually
from spottypottysense.runtimes.appliance.lanes import ThreadLanes


def test_a_lane_keeps_its_order() -> None:
    """What was queued first is done first, one at a time."""
    lanes, done, finished = ThreadLanes(8), [], threading.Event()
    for number in range(200):
        lanes.submit("alex", lambda number=number: done.append(number))  # type: ignore[misc]
    lanes.submit("alex", finished.set)
    assert finished.wait(10)
    lanes.close()
    assert done == list(range(200))


def test_a_slow_lane_holds_up_no_other() -> None:
    """While one lane waits, another works."""
    lanes, go_on, other = ThreadLanes(), threading.Event(), threading.Event()

    def wait() -> None:
        go_on.wait(10)

    lanes.submit("alex", wait)
    lanes.submit("sam", other.set)
    assert other.wait(10)
    go_on.set()
    lanes.close()


def test_work_that_fails_is_logged_and_the_lane_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """The next piece is done all the same."""
    lanes, done = ThreadLanes(), threading.Event()

    def fail() -> None:
        raise ValueError("out of tune")

    lanes.submit("alex", fail)
    lanes.submit("alex", done.set)
    assert done.wait(10)
    lanes.close()
    assert "out of tune" in caplog.text


def test_closing_waits_for_what_runs_and_drops_what_waits() -> None:
    """A long queue must not keep the house from stopping."""
    lanes, running, go_on = ThreadLanes(1), threading.Event(), threading.Event()
    done: list[str] = []

    def first() -> None:
        running.set()
        go_on.wait(10)
        done.append("first")

    lanes.submit("alex", first)
    lanes.submit("alex", lambda: done.append("second"))
    lanes.submit("sam", lambda: done.append("other"))
    assert running.wait(10)
    closing = threading.Thread(target=lanes.close)
    closing.start()
    assert eventually(lambda: lanes._closed)
    lanes.submit("alex", lambda: done.append("too late"))
    go_on.set()
    closing.join(10)
    assert done == ["first"]


@pytest.mark.parametrize("round_number", range(5))
def test_no_work_is_lost_between_two_drains(round_number: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever submits just when a lane runs dry is served too."""
    caplog.set_level(logging.ERROR)
    lanes, left = ThreadLanes(4), threading.Semaphore(0)
    for number in range(500):
        lanes.submit(f"lane-{(number + round_number) % 2}", left.release)
    for _ in range(500):
        assert left.acquire(timeout=10)
    lanes.close()
    assert caplog.text == ""


def test_finishing_waits_for_all_that_is_queued_and_what_it_queues() -> None:
    """A command ends when the last piece of work is done, also one that another lane was given."""
    lanes, go_on = ThreadLanes(4), threading.Event()
    done: list[str] = []

    def first() -> None:
        go_on.wait(10)
        lanes.submit("sam", lambda: done.append("second"))

    lanes.submit("alex", first)
    assert not lanes.finish(timedelta(milliseconds=20))
    go_on.set()
    assert lanes.finish(timedelta(seconds=10))
    assert done == ["second"]
    lanes.close()


def test_finishing_what_is_idle_or_closed_returns_at_once() -> None:
    """Nobody waits for work that will not be done."""
    lanes, running, go_on = ThreadLanes(1), threading.Event(), threading.Event()

    def wait() -> None:
        running.set()
        go_on.wait(10)

    assert lanes.finish(timedelta(0))
    lanes.submit("alex", wait)
    assert running.wait(10)
    closing = threading.Thread(target=lanes.close)
    closing.start()
    assert eventually(lambda: lanes._closed)
    assert not lanes.finish(timedelta(minutes=1))
    go_on.set()
    closing.join(10)
