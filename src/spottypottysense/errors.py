"""What can go wrong, by who must act.

    SpottyError
    ├── Invalid       422  the caller: mend the value of `field`
    ├── NotFound      404  the caller: there is no such thing, or it is not yours
    ├── Conflict      409  the caller: it changed meanwhile, or it exists already
    ├── NotSignedIn   401  the caller: sign in, or show a token that is valid
    ├── NotAllowed    403  the caller: this is for another role, or another way in
    ├── NeedsPerson   403  the owner: reconnect, get Premium, wake the speaker (`reason` says which)
    └── Unavailable   503  time: try again after `retry_after`

What the rules foresee (quiet hours, somebody's own music) is a decision with a reason, not an error.
"""

from datetime import timedelta

from spottypottysense.reasons import Reason, sentence


class SpottyError(Exception):
    """The root of every error that we raise on purpose; its text is a sentence for a person."""


class Invalid(SpottyError):
    """A value that cannot be accepted; `field` names it, `reason` is its code in the journal."""

    def __init__(self, message: str, field: str = "", reason: Reason = Reason.INVALID) -> None:
        super().__init__(message)
        self.field = field
        self.reason = reason


class NotFound(SpottyError):
    """There is no such `thing` with this `key`, or the caller may not know of it."""

    def __init__(self, thing: str, key: str, message: str = "") -> None:
        super().__init__(message or f"There is no {thing} {key!r}.")
        self.thing = thing
        self.key = key


class Conflict(SpottyError):
    """Somebody else was faster, or the thing exists already: read again and decide again."""


class NotSignedIn(SpottyError):
    """Nobody is known by what was shown: it is wrong, has expired, or was ended."""


class NotAllowed(SpottyError):
    """The caller is known, but may not do this with this role, or not by this way in."""


class NeedsPerson(SpottyError):
    """Only a person can mend it; `reason` says what there is to do."""

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(message or sentence(reason))
        self.reason = reason


class Unavailable(SpottyError):
    """It heals with time; `retry_after` is the wait that was asked for, if one was."""

    def __init__(
        self,
        message: str,
        retry_after: timedelta | None = None,
        reason: Reason = Reason.SPOTIFY_UNAVAILABLE,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.reason = reason
