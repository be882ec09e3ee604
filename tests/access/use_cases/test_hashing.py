import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from access.door import ANNAS, HOME, Door
from devices.device import eventually
from memory.access import PretendHasher
from spottypottysense.access.use_cases import Hashing
from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.secret import Secret


class SlowHasher(PretendHasher):
    """Hashes when it is let; `busy` counts who is at it."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.busy = 0
        self.most = 0
        self._lock = threading.Lock()

    def hashed(self, password: Secret) -> str:
        """Wait until it may go on."""
        with self._lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        assert self.go_on.wait(10)
        with self._lock:
            self.busy -= 1
        return super().hashed(password)


def test_two_at_a_time_and_the_rest_in_line() -> None:
    """Whoever waits gets his turn; no third hash begins beside two."""
    hasher = SlowHasher()
    hashing = Hashing(hasher, patience=timedelta(seconds=10))
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(hashing.hashed, ANNAS) for _ in range(6)]
        assert eventually(lambda: hasher.busy == 2)
        hasher.go_on.set()
        assert {each.result(10) for each in done} == {f"1${ANNAS.reveal()}"}
    assert hasher.most == 2


@pytest.mark.parametrize(("waiting", "patience"), [(0, 10.0), (8, 0.01)])
def test_who_cannot_wait_is_sent_away(waiting: int, patience: float) -> None:
    """At once where the line is full, else after a moment; the place is free again afterwards."""
    hasher = SlowHasher()
    hashing = Hashing(hasher, 2, waiting, timedelta(seconds=patience))
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(hashing.hashed, ANNAS) for _ in range(2)]
        assert eventually(lambda: hasher.busy == 2)
        for _ in range(20):
            with pytest.raises(Unavailable, match="try again in a few seconds") as busy:
                hashing.hashed(ANNAS)
        assert busy.value.reason is Reason.TOO_MANY_TRIES
        assert busy.value.retry_after == timedelta(seconds=2)
        hasher.go_on.set()
        assert all(each.result(10) for each in done)
    assert hashing.hashed(ANNAS)


def test_being_sent_away_is_no_failure(door: Door) -> None:
    """Whoever comes when too many do is not slowed down afterwards."""

    def busy() -> None:
        raise Unavailable("busy")

    door.hasher.before = busy
    for _ in range(10):
        with pytest.raises(Unavailable, match="busy"):
            door.enter(address=HOME)
    door.hasher.before = lambda: None
    assert door.enter(address=HOME).user_id == "anna"
