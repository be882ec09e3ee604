"""What a pass over the grants answers, in the shape that monitors know."""

from datetime import datetime, timedelta

from spottypottysense.grants.model import RefreshReport

_NOTHING = RefreshReport(0, 0, 0, ())


def report_body(report: RefreshReport, started_at: datetime, duration: timedelta) -> dict[str, object]:
    """Return the answer of a pass that went through, whatever became of single users."""
    return {
        "statusCode": 200,
        "timestamp": started_at.isoformat(),
        "statistics": _statistics(report),
        "duration_ms": duration / timedelta(milliseconds=1),
    }


def failure_body(
    error: Exception, started_at: datetime, duration: timedelta, partial: RefreshReport = _NOTHING
) -> dict[str, object]:
    """Return the answer of a pass that broke down, with what was reached before."""
    return {
        "statusCode": 500,
        "timestamp": started_at.isoformat(),
        "error": type(error).__name__,
        "message": str(error),
        "statistics": _statistics(partial),
        "duration_ms": duration / timedelta(milliseconds=1),
    }


def _statistics(report: RefreshReport) -> dict[str, object]:
    return {
        "users_queried": report.queried,
        "tokens_refreshed": report.refreshed,
        "tokens_skipped": report.skipped,
        "failures": len(report.errors),
        "errors": [
            {"user_id": user_id, "error": error, "message": message}
            for user_id, error, message in report.errors
        ],
    }
