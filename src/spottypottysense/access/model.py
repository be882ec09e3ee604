"""Who may come in, by what, and what they did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from spottypottysense.accounts.model import Role, User
from spottypottysense.secret import Secret


class Scope(StrEnum):
    """What a way in allows: to look, to command the music, or to change settings and people."""

    READ = "read"
    CONTROL = "control"
    MANAGE = "manage"


@dataclass(frozen=True)
class Caller:
    """Who asks: a person of a household, and what this way in allows.

    `key` names the way in: the sign-in's digest, or the access token's id where `by_token`.
    """

    user_id: str
    household_id: str
    role: Role
    scopes: frozenset[Scope]
    key: str = ""
    by_token: bool = False


@dataclass(frozen=True)
class Password:
    """How a user's password is kept: `hashed` is argon2id's own text, with salt and costs."""

    user_id: str
    hashed: str
    changed_at: datetime


@dataclass(frozen=True)
class Login:
    """A user and the password that proves it, if there is one."""

    user: User
    password: Password | None


@dataclass(frozen=True)
class SignIn:
    """One browser that is signed in. `digest` is SHA-256 of what its cookie holds; `agent` is its name."""

    digest: str
    user_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str = ""


@dataclass(frozen=True)
class AccessToken:
    """What a script shows instead of a password; only its `digest` (SHA-256) is kept."""

    id: str
    user_id: str
    name: str
    digest: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None


class Purpose(StrEnum):
    """What an invitation is for: the first owner, another member, or a password that was lost."""

    SET_UP = "set_up"
    JOIN = "join"
    RESET = "reset"


@dataclass(frozen=True)
class Invitation:
    """A link that works once, until `expires_at`.

    `household_id` is None for the first owner, `user_id` is given where a known user's password is reset.
    """

    digest: str
    purpose: Purpose
    expires_at: datetime
    household_id: str | None = None
    user_id: str | None = None
    role: Role = Role.MEMBER


@dataclass(frozen=True)
class Newcomer:
    """What somebody says who accepts an invitation; a reset needs the password alone."""

    password: Secret
    email: str = ""
    name: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Failures:
    """Wrong passwords in a row, and when the last one came."""

    count: int
    last_at: datetime


class Act(StrEnum):
    """What the audit trail keeps."""

    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSWORD_SET = "password_set"  # noqa: S105  the name of an act
    INVITED = "invited"
    JOINED = "joined"
    TOKEN_MADE = "token_made"  # noqa: S105  the name of an act
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  the name of an act
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    EXPORTED = "exported"


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to whom, when, and from where; `user_id` is None for whoever was not let in."""

    id: str
    at: datetime
    act: Act
    household_id: str | None
    user_id: str | None
    subject: str = ""
    address: str = ""
