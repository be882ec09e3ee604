"""The trail of who did what."""

from datetime import UTC, datetime

from spottypottysense import ids
from spottypottysense.access.model import Act, AuditEntry, Caller
from spottypottysense.access.policy.lifetimes import AUDIT_KEPT
from spottypottysense.access.policy.showing import line
from spottypottysense.access.ports import AuditTrail
from spottypottysense.accounts.model import User
from spottypottysense.clock import Clock

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_LONGEST_SUBJECT = 200
_LONGEST_ADDRESS = 64


class Audit:
    """Writes the trail and reads it; what was typed by whoever was not let in is never in it."""

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock

    def record(self, caller: Caller, act: Act, subject: str = "", address: str = "") -> None:
        """Write what the caller did: to what (`subject`), and from which address."""
        self._write(act, caller.household_id, caller.user_id, subject, address)

    def record_of(self, user: User | None, act: Act, subject: str = "", address: str = "") -> None:
        """Write what a user did who is not signed in, or somebody unknown."""
        household_id, user_id = (user.household_id, user.id) if user else (None, None)
        self._write(act, household_id, user_id, subject, address)

    def record_at_machine(self, household_id: str | None, act: Act, subject: str, address: str) -> None:
        """Write what the operator did on the machine itself."""
        self._write(act, household_id, None, subject, address)

    def entries(
        self, household_id: str | None, before: datetime | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        """Return a household's entries, newest first, or (None) those of all and of nobody."""
        return self._trail.entries(household_id, before or _END_OF_TIME, limit)

    def forget(self) -> int:
        """Forget what is older than 180 days; return how many entries that were."""
        return self._trail.forget(self._clock.now() - AUDIT_KEPT)

    def _write(
        self, act: Act, household_id: str | None, user_id: str | None, subject: str, address: str
    ) -> None:
        entry = AuditEntry(
            ids.new_id("audit"),
            self._clock.now(),
            act,
            household_id,
            user_id,
            line(subject, _LONGEST_SUBJECT),
            line(address, _LONGEST_ADDRESS),
        )
        self._trail.record(entry)
