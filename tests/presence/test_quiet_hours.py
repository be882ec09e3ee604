"""Quiet hours go by the household's clock on the wall."""

from datetime import UTC, datetime, time

import pytest

from spottypottysense.presence.policy.rules import is_quiet

NIGHT = (time(22), time(7))
NAP = (time(13), time(15))
SMALL_HOURS = (time(2), time(3))


@pytest.mark.parametrize(
    ("moment", "hours", "quiet"),
    [
        ("12:00", None, False),
        ("12:59:59.999999", NAP, False),
        ("13:00", NAP, True),
        ("14:59:59.999999", NAP, True),
        ("15:00", NAP, False),
        ("21:59:59.999999", NIGHT, False),
        ("22:00", NIGHT, True),
        ("00:00", NIGHT, True),
        ("06:59:59.999999", NIGHT, True),
        ("07:00", NIGHT, False),
        ("12:00", (time(12), time(12)), False),
        ("00:00", (time(0), time(0)), False),
        ("23:59:59", (time(23), time(0)), True),
        ("00:00", (time(23), time(0)), False),
    ],
)
def test_spans(moment: str, hours: tuple[time, time] | None, quiet: bool) -> None:
    """The start is quiet and the end is not; a span may go over midnight; equal ends are none at all."""
    at = datetime.combine(datetime(2026, 1, 15, tzinfo=UTC), time.fromisoformat(moment), UTC)
    assert is_quiet(at, "UTC", hours) is quiet


@pytest.mark.parametrize(
    ("zone", "moment", "quiet"),
    [
        # Berlin springs from 02:00 to 03:00 at 01:00 UTC on 29 March 2026: 2 o'clock does not come.
        ("Europe/Berlin", "2026-03-29T00:59:59", False),
        ("Europe/Berlin", "2026-03-29T01:00:00", False),
        # and lives through it twice on 25 October 2026, at 00:00 and at 01:00 UTC.
        ("Europe/Berlin", "2026-10-24T23:59:59", False),
        ("Europe/Berlin", "2026-10-25T00:00:00", True),
        ("Europe/Berlin", "2026-10-25T01:59:59", True),
        ("Europe/Berlin", "2026-10-25T02:00:00", False),
        # New York: 02:00 EST to 03:00 EDT at 07:00 UTC on 8 March; 02:00 EST is only after the change back
        # (at 06:00 UTC on 1 November 01:00 EST comes again, so 2 o'clock comes once, at 07:00 UTC).
        ("America/New_York", "2026-03-08T06:59:59", False),
        ("America/New_York", "2026-03-08T07:00:00", False),
        ("America/New_York", "2026-11-01T06:30:00", False),
        ("America/New_York", "2026-11-01T07:00:00", True),
        ("America/New_York", "2026-11-01T08:00:00", False),
        # Lord Howe moves by half an hour: 02:00 (+10:30) becomes 02:30 (+11) at 15:30 UTC on 3 October,
        # and on 4 April at 15:00 UTC 02:00 (+11) becomes 01:30 (+10:30), so 2 o'clock comes at 15:30 UTC.
        ("Australia/Lord_Howe", "2026-10-03T15:29:59", False),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00", True),
        ("Australia/Lord_Howe", "2026-10-03T16:00:00", False),
        ("Australia/Lord_Howe", "2026-04-04T14:59:59", False),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00", False),
        ("Australia/Lord_Howe", "2026-04-04T15:30:00", True),
        ("Australia/Lord_Howe", "2026-04-04T16:30:00", False),
    ],
)
def test_hour_that_summer_time_skips_or_repeats(zone: str, moment: str, quiet: bool) -> None:
    """Quiet from 2 to 3 means whenever the wall shows it: never on one day, twice on another."""
    assert is_quiet(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone, SMALL_HOURS) is quiet
