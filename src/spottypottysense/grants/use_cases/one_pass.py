"""One pass over the grants that are due."""

import logging
import threading
from collections.abc import Callable, Sequence

from spottypottysense.clock import Clock
from spottypottysense.errors import Unavailable
from spottypottysense.grants.model import Grant, RefreshReport
from spottypottysense.grants.ports import Crew
from spottypottysense.grants.use_cases.app_health import AppWatch
from spottypottysense.grants.use_cases.asking import PUSHED_BACK, Asking, Claim
from spottypottysense.grants.use_cases.claiming import Claims
from spottypottysense.grants.use_cases.keeping import Keeping, Outcome
from spottypottysense.grants.use_cases.tally import Tally
from spottypottysense.grants.use_cases.together import Together

_log = logging.getLogger("spotty.grants")


class Pass:
    """Refreshes `users`, many at a time, so that a hand waits for Spotify only, and not for the disk.

    1. A hand draws a claimed grant; if few are left, it claims more for all, in one write.
    2. It asks Spotify.
    3. It leaves the answer to the hand that is writing, if there is one, and is free for the next.
    """

    def __init__(
        self,
        users: Sequence[str],
        keeping: Keeping,
        asking: Asking,
        health: AppWatch,
        clock: Clock,
        progress: Callable[[int, int], None],
    ) -> None:
        self._keeping = keeping
        self._asking = asking
        self._health = health
        self._tally = Tally(len(users), progress)
        self._claims = Claims(users, keeping, asking, health, clock, self._tally)
        self._answers = Together(self._write)
        self._at_work = 0
        self._guard = threading.Lock()

    def run(self, crew: Crew) -> RefreshReport:
        """Refresh them all; one user's failure never stops or delays the others."""
        try:
            crew.each(self._claims, self._refresh)
        finally:
            self._claims.release()
        return self._tally.report()

    def _refresh(self, claim: Claim) -> bool:
        """Ask about one grant; return False if Spotify wants fewer to be asked about at a time."""
        user_id = claim.held.user_id
        try:
            self._claims.run_ahead(self._count_hands(+1) - 1)
            if self._health.take_turn(claim.app.client_id, user_id):
                self._answers.put(self._asking.ask(claim))
            else:
                self._asking.release([claim])
                self._tally.skip()
        except Exception as error:
            self._tally.fail(user_id, error)
            return not (isinstance(error, Unavailable) and error.reason in PUSHED_BACK)
        finally:
            self._count_hands(-1)
        return True

    def _count_hands(self, change: int) -> int:
        """Return how many hands are at work now that one begins (1) or ends (-1)."""
        with self._guard:
            self._at_work += change
            return self._at_work

    def _write(self, answers: list[Outcome]) -> None:
        """Write answers down together, and by itself what that left out."""
        written: dict[str, Grant] = {}
        try:
            written = {grant.user_id: grant for grant in self._keeping.keep_together(answers)}
        except Unavailable as error:
            for answer in answers:
                self._tally.fail(answer.held.user_id, error)
            return
        except Exception:
            _log.exception("answers could not be written together")
        for answer in answers:
            user_id = answer.held.user_id
            try:
                self._asking.note(answer, written.get(user_id) or self._keeping.keep(answer))
            except Exception as error:
                self._tally.fail(user_id, error)
            else:
                self._tally.refresh(user_id)
