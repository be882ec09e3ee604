"""The refresher's answer has exactly the keys that monitors know."""

from datetime import UTC, datetime, timedelta

from spottypottysense.errors import Unavailable
from spottypottysense.grants.model import RefreshReport
from spottypottysense.grants.wire import failure_body, report_body

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPORT = RefreshReport(5, 3, 1, (("ben", "Unavailable", "Spotify did not answer."),))
STATISTICS = {
    "users_queried": 5,
    "tokens_refreshed": 3,
    "tokens_skipped": 1,
    "failures": 1,
    "errors": [{"user_id": "ben", "error": "Unavailable", "message": "Spotify did not answer."}],
}


def test_success() -> None:
    """A pass that went through, with the failures of single users."""
    assert report_body(REPORT, AT, timedelta(milliseconds=12.5)) == {
        "statusCode": 200,
        "timestamp": "2026-03-01T12:00:00+00:00",
        "statistics": STATISTICS,
        "duration_ms": 12.5,
    }


def test_critical_failure() -> None:
    """A pass that broke down, with what was reached before; nothing, if that is not known."""
    error = Unavailable("The disk is full.")
    body = failure_body(error, AT, timedelta(seconds=1), REPORT)
    assert body == {
        "statusCode": 500,
        "timestamp": "2026-03-01T12:00:00+00:00",
        "error": "Unavailable",
        "message": "The disk is full.",
        "statistics": STATISTICS,
        "duration_ms": 1000.0,
    }
    empty = failure_body(error, AT, timedelta(0))["statistics"]
    assert empty == {key: [] if key == "errors" else 0 for key in STATISTICS}
