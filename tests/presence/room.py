"""One room told to the pure policy, motion by motion."""

from datetime import UTC, datetime, time, timedelta

from spottypottysense.presence.model import Decision, Motion, MotionEvent, RoomRules, Session
from spottypottysense.presence.policy.motion import on_motion
from spottypottysense.presence.policy.visits import after_deadline
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Speaker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ON = MotionEvent.DETECTED
OFF = MotionEvent.CLEARED
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BATH = Room("bath", "home", "Bath", "anna", Speaker("Bath"), "spotify:playlist:mix")


def rules(
    room: Room = BATH,
    timeout: timedelta = 5 * MINUTE,
    motion_gap: timedelta = 2 * MINUTE,
    quiet_hours: tuple[time, time] | None = None,
) -> RoomRules:
    """Return rules with the values that a household has unless it changes them."""
    return RoomRules(room, timeout, motion_gap, "UTC", quiet_hours, MINUTE, 4 * HOUR)


class OneRoom:
    """A room that remembers its latest session; `a` is its pulse sensor, every other name a level one."""

    def __init__(self, its_rules: RoomRules | None = None) -> None:
        self.rules = its_rules or rules()
        self.latest: Session | None = None
        self.count = 0

    def hear(
        self,
        sensor: str,
        event: MotionEvent,
        at: datetime,
        now: datetime | None = None,
        enabled: bool = True,
    ) -> Decision:
        """Tell the policy of a motion at `at` that comes in at `now` (else at once)."""
        self.count += 1
        now = now or at
        motion = Motion(sensor, event, at, now, f"key-{self.count}")
        kind = SensorKind.PULSE if sensor == "a" else SensorKind.LEVEL
        who = Sensor(sensor, "home", "bath", kind, enabled)
        decision = on_motion(motion, who, self.rules, self.latest, now, f"visit-{self.count}")
        self.latest = decision.session or self.latest
        return decision

    def end(self, now: datetime) -> Decision:
        """Tell the policy that the deadline is looked at."""
        decision = after_deadline(self.open, self.rules, now)
        self.latest = decision.session
        return decision

    @property
    def open(self) -> Session:
        """The latest session."""
        assert self.latest is not None
        return self.latest
