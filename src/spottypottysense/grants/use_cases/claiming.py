"""The grants of a pass are claimed ahead of the hands that ask about them."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from spottypottysense.clock import Clock
from spottypottysense.errors import NotFound
from spottypottysense.grants.model import Grant
from spottypottysense.grants.policy import claims_ahead, needs_refresh
from spottypottysense.grants.use_cases.app_health import AppWatch
from spottypottysense.grants.use_cases.asking import Asking, Claim
from spottypottysense.grants.use_cases.keeping import Keeping
from spottypottysense.grants.use_cases.tally import Tally


class Claims:
    """Claims for those of `users` whose grant has to be refreshed; `tally` hears of the others.

    Many hands draw from it at once, usually without a lock: who gets a lock that others wait for has to wait
    for the interpreter's own next, and keeps all of them out meanwhile.
    """

    def __init__(
        self,
        users: Sequence[str],
        keeping: Keeping,
        asking: Asking,
        health: AppWatch,
        clock: Clock,
        tally: Tally,
    ) -> None:
        self._users = iter(users)
        self._keeping = keeping
        self._asking = asking
        self._health = health
        self._clock = clock
        self._tally = tally
        self._ahead: deque[Claim] = deque()
        self._claiming = threading.Lock()
        self._wanted = 0

    def __iter__(self) -> Iterator[Claim]:
        return self

    def __next__(self) -> Claim:
        while True:
            with suppress(IndexError):
                return self._ahead.popleft()
            with self._claiming:
                if not self._ahead and not self._claim_more():
                    raise StopIteration

    def run_ahead(self, others: int) -> None:
        """Claim what so many other hands will soon ask about, unless somebody is claiming already."""
        self._wanted = claims_ahead(others)
        if len(self._ahead) < self._wanted and self._claiming.acquire(blocking=False):
            try:
                self._claim_more()
            finally:
                self._claiming.release()

    def release(self) -> None:
        """Undo the claims that nobody has drawn."""
        left = [self._ahead.popleft() for _ in range(len(self._ahead))]
        self._asking.release(left)

    def _claim_more(self) -> bool:
        """Claim the next grants; return False if there are none."""
        users = list(islice(self._users, max(self._wanted, 1)))
        self._ahead.extend(self._claimed(users))
        return bool(users)

    def _claimed(self, users: Sequence[str]) -> Iterator[Claim]:
        now = self._clock.now()
        by_app: dict[str, list[Grant]] = {}
        for grant in self._read(users):
            if needs_refresh(grant, now) and self._health.take_turn(grant.client_id, grant.user_id):
                by_app.setdefault(grant.client_id, []).append(grant)
            else:
                self._tally.skip()
        for client_id, grants in by_app.items():
            try:
                claims = self._asking.claim(client_id, grants)
            except Exception as error:
                for grant in grants:
                    self._tally.fail(grant.user_id, error)
            else:
                yield from claims
                for _ in range(len(grants) - len(claims)):
                    self._tally.skip()

    def _read(self, users: Sequence[str]) -> Iterator[Grant]:
        """Read many grants together, and by itself what that did not bring: only a spoilt one fails."""
        found: dict[str, Grant] = {}
        with suppress(Exception):
            found = {grant.user_id: grant for grant in self._keeping.grants(users)}
        for user_id in users:
            try:
                grant = found.get(user_id) or self._keeping.grant(user_id)
            except NotFound:
                self._tally.skip()
            except Exception as error:
                self._tally.fail(user_id, error)
            else:
                yield grant
