"""What holds in a room, and what keeps its music silent."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from spottypottysense.accounts.model import Household, Mode
from spottypottysense.playback.model import Wishes
from spottypottysense.playback.policy.starting import wishes_of
from spottypottysense.presence.model import RoomRules
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room

_SILENT_MODES = {Mode.AWAY: Reason.AWAY, Mode.GUESTS: Reason.GUESTS}


def rules_for(room: Room, household: Household, stale_after: timedelta, stuck_after: timedelta) -> RoomRules:
    """Return what holds for a room: its own wishes where it has them, else its household's."""
    snoozes = [until for until in (room.snoozed_until, household.snoozed_until) if until is not None]
    return RoomRules(
        room=room,
        timeout=household.timeout if room.timeout is None else room.timeout,
        motion_gap=household.motion_gap if room.motion_gap is None else room.motion_gap,
        time_zone=household.time_zone,
        quiet_hours=household.quiet_hours if room.quiet_hours is None else room.quiet_hours,
        stale_after=stale_after,
        stuck_after=stuck_after,
        mode=household.mode,
        snoozed_until=max(snoozes, default=None),
        takes_over=household.takes_over,
        latest_wins=household.latest_wins,
    )


def wall_time(moment: datetime, time_zone: str) -> time:
    """Return what the household's clock on the wall shows."""
    return moment.astimezone(ZoneInfo(time_zone)).time()


def wishes_at(rules: RoomRules, now: datetime) -> Wishes:
    """Return what the room wishes for at this time of day."""
    return wishes_of(rules.room, wall_time(now, rules.time_zone))


def is_quiet(moment: datetime, time_zone: str, quiet_hours: tuple[time, time] | None) -> bool:
    """Say whether the household's clock on the wall shows quiet hours; they may span midnight."""
    if quiet_hours is None:
        return False
    start, end = quiet_hours
    wall = wall_time(moment, time_zone)
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def lack(rules: RoomRules, now: datetime) -> Reason | None:
    """Return what the room lacks for any music, or None if it lacks nothing."""
    if rules.room.account is None:
        return Reason.NO_ACCOUNT
    if rules.room.speaker is None:
        return Reason.NO_SPEAKER
    if wishes_at(rules, now).content is None:
        return Reason.NO_CONTENT
    return None


def veto(rules: RoomRules, acted_at: datetime | None, now: datetime) -> Reason | None:
    """Return why motion may not start music in this room now, or None if it may.

    `acted_at` is the start from which the motion gap runs.
    """
    if missing := lack(rules, now):
        return missing
    if rules.mode in _SILENT_MODES:
        return _SILENT_MODES[rules.mode]
    if rules.snoozed_until is not None and now < rules.snoozed_until:
        return Reason.SNOOZED
    if is_quiet(now, rules.time_zone, rules.quiet_hours):
        return Reason.QUIET_HOURS
    if acted_at is not None and timedelta(0) <= now - acted_at < rules.motion_gap:
        return Reason.MOTION_GAP
    return None
