"""Answers as the world has them: of Spotify to a consent, and ours to whoever asks how a pass went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from spottypottysense.errors import Invalid
from spottypottysense.grants.model import RefreshReport, Secret

_NOTHING = RefreshReport(0, 0, 0, ())


@dataclass(frozen=True)
class Answer:
    """What came back with `state`: a code, or Spotify's word for why there is none."""

    state: Secret
    code: Secret | None
    error: str = ""


def answer_in(url: str) -> Answer:
    """Return the answer that a redirected address holds; raises `Invalid` if it holds none."""
    try:
        query = parse_qs(urlsplit(url.strip()).query, max_num_fields=20)
    except ValueError:
        query = {}
    state, code, error = (query.get(name, [""])[0] for name in ("state", "code", "error"))
    if not state or not (code or error):
        message = (
            "This is not the address that Spotify sent the browser to: copy all of it from the address bar; "
            "it holds `code=` and `state=`."
        )
        raise Invalid(message, field="redirectUrl")
    return Answer(Secret(state), Secret(code) if code else None, error)


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
