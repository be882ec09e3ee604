"""Work that somebody waits for: done in its turn, and not begun once nobody waits any more."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from spottypottysense.presence.use_cases.work import LaneWork
from spottypottysense.runtimes.appliance.lanes import ThreadLanes

SOON, LONG = timedelta(seconds=0.05), timedelta(seconds=10)


@pytest.fixture
def lanes() -> Iterator[ThreadLanes]:
    """Real lanes."""
    lanes = ThreadLanes(2)
    yield lanes
    lanes.close()


def test_it_waits_its_turn(lanes: ThreadLanes) -> None:
    """What was queued before is done first, and the result comes back."""
    work, done = LaneWork(lanes), list[str]()
    work.submit("alex", "visit", lambda: done.append("before"))

    def then() -> int:
        done.append("then")
        return 5

    assert work.result("alex", "test", then, LONG) == 5
    assert done == ["before", "then"]
    assert lanes.finish(LONG)
    assert not work.is_under_way("test")


def test_what_nobody_waits_for_is_not_begun(lanes: ThreadLanes) -> None:
    """Music that would start long after somebody asked for it would startle them."""
    work, free, begun = LaneWork(lanes), threading.Event(), list[int]()

    def fade() -> None:
        free.wait(LONG.total_seconds())

    work.submit("alex", "fade", fade)
    assert work.result("alex", "test", lambda: begun.append(1), SOON) is None
    assert work.is_under_way("test")
    free.set()
    assert lanes.finish(LONG)
    assert not begun
    assert not work.is_under_way("test")
