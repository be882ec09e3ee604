"""A grant: the pair of tokens by which we may play for a user."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from spottypottysense.reasons import Reason
from spottypottysense.secret import Secret as Secret  # noqa: PLC0414  others import it from here


class GrantState(StrEnum):
    """How far Spotify honours a grant.

    `working`; `doubted`: refused, and tested again before anybody is told; `dead`: only its user can mend
    it, by connecting again.
    """

    WORKING = "working"
    DOUBTED = "doubted"
    DEAD = "dead"


@dataclass(frozen=True)
class ClientApp:
    """The app registered at Spotify in whose name we ask; without a secret it speaks PKCE."""

    client_id: str
    client_secret: Secret | None = None


@dataclass(frozen=True)
class Attempt:
    """A try to refresh a grant that is under way: nobody but `owner` may ask Spotify until then.

    It is written before Spotify is asked and removed with the answer; one that is found after its time
    tells of a crash in between.
    """

    owner: str
    until: datetime


@dataclass(frozen=True)
class Grant:
    """What one user gave us. `version` counts the writes; a write names the version it read.

    `due_at` is when it is to be refreshed, or tested again; `refusals` and `failures` count Spotify's "no"
    and its silence in a row. `previous` is the refresh token before the last rotation, kept as long as
    `previous_until`.
    """

    user_id: str
    client_id: str
    access_token: Secret
    refresh_token: Secret
    expires_at: datetime
    due_at: datetime
    consented_at: datetime
    account_id: str = ""
    scope: frozenset[str] = field(default_factory=frozenset)
    state: GrantState = GrantState.WORKING
    dead_reason: Reason | None = None
    refusals: int = 0
    failures: int = 0
    previous: Secret | None = None
    previous_until: datetime | None = None
    attempt: Attempt | None = None
    version: int = 0


@dataclass(frozen=True)
class TokenReply:
    """What the token endpoint answered; without a `refresh_token` the old one stays valid."""

    access_token: Secret
    refresh_token: Secret | None
    expires_in: timedelta
    scope: frozenset[str]


@dataclass(frozen=True)
class PendingConsent:
    """A consent that a user was sent to give; `state` comes back with the answer and proves whose it is."""

    state: str
    user_id: str
    client_id: str
    redirect_uri: str
    verifier: Secret
    expires_at: datetime


@dataclass(frozen=True)
class Schedule:
    """How reliably `refresh_due` is called.

    Runs come every `period`, each up to `jitter` early or late, `missed_runs` in a row may fail, and a run
    takes up to `pass_time`.
    """

    period: timedelta = timedelta(minutes=1)
    missed_runs: int = 1
    jitter: timedelta = timedelta(seconds=60)
    pass_time: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class AppHealth:
    """What one client app's latest answers say, as this process saw them.

    `answers` are (when, refused) of the token endpoint, newest last. While `braked`, so many users were
    refused at once that the fault is hardly theirs: nobody is declared dead. Until `resume_at` the endpoint
    is not asked, for the reason `held_back`.
    """

    answers: tuple[tuple[datetime, bool], ...] = ()
    braked: bool = False
    resume_at: datetime | None = None
    held_back: Reason | None = None


@dataclass(frozen=True)
class RefreshReport:
    """What one pass over the due grants came to; `errors` are (user id, error class, message)."""

    queried: int
    refreshed: int
    skipped: int
    errors: tuple[tuple[str, str, str], ...]
