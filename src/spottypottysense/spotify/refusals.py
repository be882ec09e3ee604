"""What Spotify's refusals mean: the one place where a bad answer becomes an error of ours.

Error texts never quote what Spotify wrote: an answer could echo what we sent, and that holds secrets.
"""

import re
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.reasons import Reason, sentence
from spottypottysense.spotify.wire import Answer, json_object

RATE_WINDOW = timedelta(seconds=30)
"""The wait after a 429 that names none: Spotify counts calls in a rolling window of 30 s."""
QUOTA_WAIT = timedelta(hours=1)
"""The wait after a used-up quota that names none; the quota itself rolls over about a day."""
LONGEST_WAIT = timedelta(days=1)
"""No longer wait has been seen, so that nonsense in a header cannot silence a house for good."""

_CODE = re.compile(r"[A-Z_]{1,40}\Z")
_RESTRICTED = {"DEVICE_NOT_CONTROLLABLE", "REMOTE_CONTROL_DISALLOW"}


class Face(Enum):
    """Spotify's two hosts: they speak different error shapes and have limits of their own."""

    ACCOUNTS = "accounts"
    API = "api"


class Cure(Enum):
    """What may help, if the budget allows it, before the error is raised."""

    NOTHING = "nothing"
    NEW_TOKEN = "new token"  # noqa: S105  the name of a cure
    ASK_AGAIN = "ask again"
    """The call was surely not carried out, and asking again is known to work."""
    LATER = "later"
    """Spotify stumbled, and nobody knows whether the call was carried out."""
    OBEY = "obey"
    """Spotify wants silence until the error's `retry_after` is over."""


class CommandRefused(NeedsPerson):
    """The speaker's player refused the command; `code` is Spotify's word for it, if it gave one."""

    def __init__(self, code: str) -> None:
        text = sentence(Reason.COMMAND_REFUSED)
        super().__init__(Reason.COMMAND_REFUSED, f"{text[:-1]} ({code})." if code else text)
        self.code = code


class Refusal(NamedTuple):
    """An error of ours, and what may be tried before it is raised."""

    error: SpottyError
    cure: Cure = Cure.NOTHING


class _Complaint(NamedTuple):
    """The inside of an error body, of whatever shape; `message` is in lower case."""

    code: str
    message: str
    is_json: bool


def translate(answer: Answer, face: Face, speaker: str = "") -> Refusal:
    """Return what an answer outside 2xx means; `speaker` is the id that the call named, if any."""
    complaint = _complaint(answer.body)
    if answer.status == 429:
        return _slow_down(answer, complaint)
    if answer.status >= 500 or answer.status == 408:
        return Refusal(Unavailable(_stumbled(answer.status), wait_asked(answer)), Cure.LATER)
    if face is Face.ACCOUNTS:
        return _no_tokens(answer.status, complaint)
    if answer.status == 401:
        return _unauthorised(complaint)
    if answer.status == 403:
        return _forbidden(complaint)
    if answer.status == 404 and speaker:
        return Refusal(NotFound("speaker", speaker))
    if answer.status == 400:
        return Refusal(NeedsPerson(Reason.COMMAND_REFUSED, _MALFORMED))
    return Refusal(Unavailable(f"Spotify gave an answer that we do not know ({answer.status})."))


def wait_asked(answer: Answer) -> timedelta | None:
    """Return the wait that `Retry-After` asks for (whole seconds), or None if it asks for none."""
    text = answer.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)


def slow_down(reason: Reason, wait: timedelta) -> Unavailable:
    """Return the error for a call that came, or would come, while Spotify wants silence."""
    text = f"{sentence(reason)} It can be tried again in {max(1, round(wait.total_seconds()))} s."
    return Unavailable(text, wait, reason)


def _slow_down(answer: Answer, complaint: _Complaint) -> Refusal:
    """A rate limit counts calls per app in a window; a quota, since July 2026, per developer and day."""
    quota = complaint.code == "QUOTA_EXCEEDED"
    wait = wait_asked(answer)
    if wait is None:
        wait = QUOTA_WAIT if quota else RATE_WINDOW
    return Refusal(slow_down(Reason.QUOTA_EXCEEDED if quota else Reason.RATE_LIMITED, wait), Cure.OBEY)


def _no_tokens(status: int, complaint: _Complaint) -> Refusal:
    """Branch on `error` alone (RFC 6749 §5.2): the descriptions have changed and will change again."""
    if complaint.code == "invalid_grant":
        return Refusal(NeedsPerson(Reason.RECONNECT))
    if complaint.code in {"invalid_client", "unauthorized_client"}:
        return Refusal(NeedsPerson(Reason.APP_MISCONFIGURED))
    return Refusal(Unavailable(f"Spotify gave no token ({status}) and did not say whose fault it is."))


def _unauthorised(complaint: _Complaint) -> Refusal:
    if "permissions missing" in complaint.message or "scope" in complaint.message:
        return Refusal(NeedsPerson(Reason.SCOPE_MISSING))
    if "access token missing" in complaint.message:
        # Seen in July 2026 although the header was there; a short retry worked.
        return Refusal(Unavailable("Spotify overlooked our access token."), Cure.ASK_AGAIN)
    return Refusal(Unavailable("Spotify refuses the access token that it gave us."), Cure.NEW_TOKEN)


def _forbidden(complaint: _Complaint) -> Refusal:
    """Player errors are JSON with a code; what concerns the app or its allowlist is plain text."""
    code, message = complaint.code, complaint.message
    if "required for the owner" in message:
        return Refusal(NeedsPerson(Reason.APP_MISCONFIGURED, _OWNER_WITHOUT_PREMIUM))
    if "not registered" in message or "check settings on developer.spotify.com" in message:
        return Refusal(NeedsPerson(Reason.NOT_ON_ALLOWLIST))
    if code == "PREMIUM_REQUIRED" or "premium required" in message:
        # Premium users met it too in July 2026, and it was gone on the next try.
        return Refusal(NeedsPerson(Reason.PREMIUM_REQUIRED), Cure.ASK_AGAIN)
    if code in _RESTRICTED or "restricted device" in message:
        return Refusal(NeedsPerson(Reason.SPEAKER_RESTRICTED))
    if "scope" in message:
        return Refusal(NeedsPerson(Reason.SCOPE_MISSING))
    if complaint.is_json:
        return Refusal(CommandRefused(code if _CODE.match(code) else ""))
    return Refusal(Unavailable("Spotify refused the call (403) and did not say why."))


def _complaint(body: bytes) -> _Complaint:
    """Read `{"error": {"message", "reason"}}`, OAuth's `{"error": code}`, or plain text."""
    payload = json_object(body)
    if payload is None:
        return _Complaint("", body[:500].decode(errors="replace").lower(), is_json=False)
    error = payload.get("error")
    if isinstance(error, str):
        return _Complaint(error, "", is_json=True)
    error = error if isinstance(error, dict) else {}
    code, message = error.get("reason"), error.get("message")
    return _Complaint(
        code if isinstance(code, str) else "",
        message.lower() if isinstance(message, str) else "",
        is_json=True,
    )


def _stumbled(status: int) -> str:
    return f"Spotify has a fault of its own ({status}). It should pass by itself."


_MALFORMED = (
    "Spotify does not understand the request. Check that what the room plays is a Spotify playlist, album or "
    "artist; if it is, this is a fault of ours: please report it."
)
_OWNER_WITHOUT_PREMIUM = (
    "Spotify has switched the app off, because its owner has no active Premium subscription: renew it, then "
    "wait some hours."
)
