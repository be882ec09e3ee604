"""Which rules hold where, as they stand now."""

from datetime import timedelta

from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.presence.model import RoomRules
from spottypottysense.presence.policy.rules import rules_for
from spottypottysense.sensors.use_cases import Sensors


class Rulebook:
    """The rules of each room; `stale_after` and `stuck_after` are the same everywhere."""

    def __init__(
        self, accounts: Accounts, sensors: Sensors, stale_after: timedelta, stuck_after: timedelta
    ) -> None:
        self.stale_after = stale_after
        self.stuck_after = stuck_after
        self._accounts = accounts
        self._sensors = sensors

    def of(self, room_id: str) -> RoomRules:
        """Return what holds in a room now; raises `NotFound`."""
        room = self._sensors.room(room_id)
        household = self._accounts.household(room.household_id)
        return rules_for(room, household, self.stale_after, self.stuck_after)
