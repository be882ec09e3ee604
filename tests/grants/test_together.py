"""Work for many items at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from spottypottysense.grants.use_cases.together import Together


def test_what_comes_meanwhile_is_worked_together() -> None:
    """The first to come works on; the others are free at once."""
    seen: list[list[int]] = []
    first_is_in, others_came = threading.Event(), threading.Event()

    def work(items: list[int]) -> None:
        seen.append(items)
        first_is_in.set()
        assert others_came.wait(10)

    together = Together(work)
    first = threading.Thread(target=together.put, args=(1,))
    first.start()
    assert first_is_in.wait(10)
    together.put(2)
    together.put(3)
    others_came.set()
    first.join(10)
    assert seen == [[1], [2, 3]]


def test_nothing_is_left_lying() -> None:
    """Of a thousand items from many threads each is worked once, and all are when the threads are done."""
    seen: list[int] = []
    together: Together[int] = Together(seen.extend)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(together.put, range(1000)))
    assert sorted(seen) == list(range(1000))


def test_goes_on_after_an_interruption() -> None:
    """Work that is broken off keeps nobody from working later."""
    seen: list[str] = []

    def work(items: list[str]) -> None:
        if items == ["bad"]:
            raise KeyboardInterrupt
        seen.extend(items)

    together = Together(work)
    with pytest.raises(KeyboardInterrupt):
        together.put("bad")
    together.put("good")
    assert seen == ["good"]
