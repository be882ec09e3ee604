"""A grant: the pair of tokens by which we may play for a user."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Secret:
    """A text that no log, error or traceback shows; `reveal()` is the only way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class GrantState(StrEnum):
    """`working`, or `dead`: Spotify refuses it and only the user can connect again."""

    WORKING = "working"
    DEAD = "dead"


@dataclass(frozen=True)
class ClientApp:
    """The app registered at Spotify in whose name we ask; without a secret it speaks PKCE."""

    client_id: str
    client_secret: Secret | None = None


@dataclass(frozen=True)
class Grant:
    """What one user gave us. `version` counts the writes; a write names the version it read."""

    user_id: str
    client_id: str
    access_token: Secret
    refresh_token: Secret
    expires_at: datetime
    consented_at: datetime
    scope: frozenset[str] = field(default_factory=frozenset)
    state: GrantState = GrantState.WORKING
    version: int = 0


@dataclass(frozen=True)
class TokenReply:
    """What the token endpoint answered; without a `refresh_token` the old one stays valid."""

    access_token: Secret
    refresh_token: Secret | None
    expires_in: timedelta
    scope: frozenset[str]


@dataclass(frozen=True)
class RefreshReport:
    """What one pass over the due grants came to; `errors` are (user id, error class, message)."""

    queried: int
    refreshed: int
    skipped: int
    errors: tuple[tuple[str, str, str], ...]
