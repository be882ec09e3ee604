"""The ticker: again and again, each job by itself, failures told once."""

import threading
import time
from datetime import timedelta

import pytest

from devices.device import eventually
from spottypottysense.runtimes.appliance.ticker import Job, Ticker

_OFTEN = timedelta(milliseconds=10)


def test_a_slow_job_delays_no_other() -> None:
    """One job hangs, the other is done again and again."""
    hanging, runs = threading.Event(), []
    ticker = Ticker(
        (Job("slow", _OFTEN, lambda: hanging.wait(10)), Job("quick", _OFTEN, lambda: runs.append(1)))
    )
    ticker.start()
    assert eventually(lambda: len(runs) > 5)
    hanging.set()
    ticker.stop()


def test_a_job_that_fails_is_told_once_and_once_when_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    """A job that fails every second must not fill the disk with its log."""
    caplog.set_level("INFO")
    runs: list[bool] = []

    def job() -> None:
        runs.append(True)
        if len(runs) < 5:
            raise OSError("no")

    ticker = Ticker((Job("moody", _OFTEN, job),))
    ticker.start()
    assert eventually(lambda: len(runs) > 8)
    ticker.stop()
    assert [record.getMessage() for record in caplog.records] == ["job fails", "job works again"]


def test_a_job_may_wait_for_its_first_time() -> None:
    """`after` holds for the first run; stopping meanwhile does not wait for it."""
    runs: list[float] = []
    began = time.monotonic()
    ticker = Ticker(
        (
            Job(
                "later",
                timedelta(hours=1),
                lambda: runs.append(time.monotonic()),
                after=timedelta(seconds=0.2),
            ),
            Job("never", timedelta(hours=1), lambda: runs.append(0), after=timedelta(hours=1)),
        )
    )
    ticker.start()
    assert eventually(lambda: bool(runs))
    ticker.stop()
    assert len(runs) == 1
    assert runs[0] - began >= 0.2
    assert time.monotonic() - began < 5


def test_stopping_lets_a_job_finish() -> None:
    """What runs is not cut off, and nothing starts afterwards."""
    running, done = threading.Event(), []

    def job() -> None:
        running.set()
        time.sleep(0.2)  # the work itself
        done.append(1)

    ticker = Ticker((Job("careful", _OFTEN, job),))
    ticker.start()
    assert running.wait(10)
    ticker.stop()
    assert len(done) == 1


def test_what_never_started_can_be_stopped() -> None:
    """A start that failed halfway is cleaned up like any other."""
    Ticker((Job("idle", _OFTEN, lambda: None),)).stop()
