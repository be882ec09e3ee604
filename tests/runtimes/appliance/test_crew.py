"""Many hands, fewer when pushed back."""

import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.device import eventually
from spottypottysense.grants.policy import next_width
from spottypottysense.runtimes.appliance.crew import ThreadCrew


class Counted:
    """Work that counts who is at it."""

    def __init__(self, seconds: float = 0.0, well: bool = True) -> None:
        self.done: list[str] = []
        self.most = 0
        self._now = 0
        self._seconds = seconds
        self._well = well
        self._guard = threading.Lock()

    def __call__(self, item: str) -> bool:
        """Do one item."""
        with self._guard:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._seconds)
        with self._guard:
            self._now -= 1
            self.done.append(item)
        return self._well


def items(count: int) -> list[str]:
    """Return so many names."""
    return [f"user-{number}" for number in range(count)]


@given(st.integers(1, 500), st.integers(1, 500), st.lists(st.booleans(), max_size=60))
def test_the_width_stays_between_one_and_the_most(width: int, most: int, answers: list[bool]) -> None:
    """Whatever comes, somebody works, and never more than may."""
    width = min(width, most)
    for went_well in answers:
        before, width = width, next_width(width, went_well, most)
        assert 1 <= width <= most
        assert width >= before if went_well else width == max(before // 2, 1)


def test_every_item_is_worked_once() -> None:
    """Ten thousand items, each once, with a bounded number of threads and little memory."""
    work, crew = Counted(), ThreadCrew(most=50)
    names = items(10_000)
    tracemalloc.start()
    crew.each(names, work)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sorted(work.done) == sorted(names)
    assert work.most <= 50
    assert peak < 8_000_000


def test_hands_work_side_by_side() -> None:
    """While all goes well, more and more hands work, up to the most."""
    work, crew = Counted(seconds=0.02), ThreadCrew(most=40)
    crew.each(items(400), work)
    assert work.most == crew.width == 40


def test_being_pushed_back_leaves_one_hand() -> None:
    """If Spotify always asks to slow down, one hand goes on, and everything is still done."""
    crew, tired = ThreadCrew(most=40), Counted(well=False)
    crew.each(items(100), tired)
    assert (crew.width, len(tired.done)) == (1, 100)
    careful = Counted(seconds=0.005)
    crew.each(items(3), careful)
    assert careful.most <= 3
    assert crew.width == 4


def test_one_failure_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """An item that raises is logged; the others are worked all the same."""
    work, crew = Counted(), ThreadCrew(most=4)

    def fails_at_seven(item: str) -> bool:
        if item == "user-7":
            raise ValueError("a fault of ours")
        return work(item)

    crew.each(items(20), fails_at_seven)
    assert len(work.done) == 19
    assert [record.message for record in caplog.records] == ["item"]


def test_items_that_fail(caplog: pytest.LogCaptureFixture) -> None:
    """Where no more items can be drawn the others are done, and the fault is told."""

    def failing() -> Iterator[str]:
        yield "user-0"
        raise ValueError("a fault of ours")

    work = Counted()
    ThreadCrew(most=1).each(failing(), work)
    assert work.done == ["user-0"]
    assert [record.message for record in caplog.records] == ["no more items can be drawn"]


def test_nothing_to_do_is_done_at_once() -> None:
    """No items, no threads."""
    ThreadCrew().each([], Counted())


def test_two_calls_share_the_crew() -> None:
    """Two passes at a time both come to their end."""
    crew, work = ThreadCrew(most=8), Counted(seconds=0.001)
    passes = [threading.Thread(target=crew.each, args=(items(50), work)) for _ in range(2)]
    for each in passes:
        each.start()
    for each in passes:
        each.join(10)
    assert len(work.done) == 100


def test_a_closed_crew_begins_nothing_more() -> None:
    """What is under way finishes, what is left stays, and `each` returns."""
    crew, work = ThreadCrew(most=2), Counted(seconds=0.01)
    working = threading.Thread(target=crew.each, args=(items(10_000), work))
    working.start()
    assert eventually(lambda: bool(work.done))
    crew.close()
    working.join(5)
    assert not working.is_alive()
    assert len(work.done) < 10_000
    before = len(work.done)
    crew.each(items(5), work)
    assert eventually(lambda: not [t for t in threading.enumerate() if t.name == "crew"])
    assert len(work.done) <= before + 2
