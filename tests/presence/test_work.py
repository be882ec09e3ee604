"""Work that somebody waits for: done in its turn, and not begun once nobody waits any more."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from memory.home import BATH_MIX, PretendHome
from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.presence.use_cases.work import LaneWork
from spottypottysense.runtimes.appliance.lanes import ThreadLanes
from spottypottysense.sensors.model import Speaker

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


def test_a_speaker_is_tested_once_at_a_time(home: PretendHome) -> None:
    """Whoever waits in vain is told so, and a second test has to wait for the first."""
    home.lanes.held = True
    box = Speaker("Bath")
    with pytest.raises(Unavailable, match="slow or busy"):
        home.core.by_hand.test("anna", box, BATH_MIX, patience=SOON)
    with pytest.raises(Conflict, match="being tested"):
        home.core.by_hand.test("anna", box, BATH_MIX, patience=SOON)
    home.lanes.run()
    home.lanes.held = False
    assert home.core.by_hand.test("anna", box, BATH_MIX).playing
