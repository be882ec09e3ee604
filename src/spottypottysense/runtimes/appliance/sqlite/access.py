"""Passwords, sign-ins and access tokens, in SQLite: digests and slow hashes only."""

import sqlite3
from datetime import datetime

from spottypottysense.access.model import AccessToken, Login, Password, Scope, SignIn
from spottypottysense.access.ports import AccessStores
from spottypottysense.accounts.model import User
from spottypottysense.errors import NotFound
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.accounts import user_in
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, unless_none
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.invitations import SqliteInvitations
from spottypottysense.runtimes.appliance.sqlite.trail import SqliteTrail

LOGIN = (
    "SELECT users.*, hashed, changed_at FROM users LEFT JOIN passwords ON passwords.user_id = users.id"
    " WHERE {} LIMIT 1"
)
BY_EMAIL = LOGIN.format("email = :email COLLATE NOCASE ORDER BY email = :email DESC")
BY_USER = LOGIN.format("users.id = :id")
SIGN_IN = (
    "SELECT users.*, digest, user_id, sign_ins.created_at AS made_at, seen_at, expires_at, agent"
    " FROM sign_ins JOIN users ON users.id = user_id WHERE digest = ?"
)
SIGN_INS_OF = (
    "SELECT *, created_at AS made_at FROM sign_ins WHERE user_id = ? ORDER BY created_at DESC, rowid DESC"
)
BY_DIGEST = (
    "SELECT users.*, t.id AS token_id, t.user_id, t.name AS token_name, digest, scopes,"
    " t.created_at AS made_at, expires_at, used_at"
    " FROM access_tokens AS t JOIN users ON users.id = t.user_id WHERE digest = ?"
)
TOKENS_OF = (
    "SELECT *, id AS token_id, name AS token_name, created_at AS made_at FROM access_tokens"
    " WHERE user_id = ?"
    " ORDER BY created_at DESC, rowid DESC"
)
SWEEP = "DELETE FROM sign_ins WHERE expires_at <= ?"
REVOKE = (
    "DELETE FROM access_tokens WHERE id = ? AND user_id = ?"
    " RETURNING *, id AS token_id, name AS token_name, created_at AS made_at"
)


def sqlite_access(database: Database) -> AccessStores:
    """Return all that the slice keeps, in one file."""
    return AccessStores(
        passwords=SqlitePasswords(database),
        sign_ins=SqliteSignIns(database),
        tokens=SqliteTokens(database),
        invitations=SqliteInvitations(database),
        trail=SqliteTrail(database),
    )


class SqlitePasswords:
    """The `Passwords` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_email(self, email: str) -> Login | None:
        """Return whoever has this e-mail address, in small or capital letters; the exact one comes first."""
        return self._login(BY_EMAIL, {"email": email})

    def by_user(self, user_id: str) -> Login | None:
        """Return the user of this id."""
        return self._login(BY_USER, {"id": user_id})

    def are_none(self) -> bool:
        """Say whether nobody has a password yet."""
        with self._database.read() as connection:
            return connection.execute("SELECT 1 FROM passwords LIMIT 1").fetchone() is None

    def save(self, password: Password) -> None:
        """Write it, whatever was there before; raises `Conflict` if there is no such user."""
        row: rows.Row = {
            "user_id": password.user_id,
            "hashed": password.hashed,
            "changed_at": to_micros(password.changed_at),
        }
        with self._database.write() as connection:
            rows.put(connection, "passwords", "user_id", row)

    def replace(self, old: Password, new: Password) -> bool:
        """Write `new` if `old` is still the one; say whether it was."""
        sql = "UPDATE passwords SET hashed = ?, changed_at = ? WHERE user_id = ? AND hashed = ?"
        values = (new.hashed, to_micros(new.changed_at), old.user_id, old.hashed)
        with self._database.write() as connection:
            return connection.execute(sql, values).rowcount == 1

    def _login(self, sql: str, key: rows.Row) -> Login | None:
        with self._database.read() as connection:
            row = connection.execute(sql, key).fetchone()
        if row is None:
            return None
        if row["hashed"] is None:
            return Login(user_in(row), None)
        return Login(user_in(row), Password(row["id"], row["hashed"], to_moment(row["changed_at"])))


class SqliteSignIns:
    """The `SignIns` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sign_in(self, digest: str) -> tuple[SignIn, User] | None:
        """Return the sign-in, whether or not it has expired, and whose it is."""
        with self._database.read() as connection:
            row = connection.execute(SIGN_IN, (digest,)).fetchone()
        return None if row is None else (_sign_in(row), user_in(row))

    def add(self, sign_in: SignIn) -> None:
        """Keep a new one, and forget those that had expired when it was made."""
        row: rows.Row = {
            "digest": sign_in.digest,
            "user_id": sign_in.user_id,
            "created_at": to_micros(sign_in.created_at),
            "seen_at": to_micros(sign_in.seen_at),
            "expires_at": to_micros(sign_in.expires_at),
            "agent": sign_in.agent,
        }
        with self._database.write() as connection:
            connection.execute(SWEEP, (to_micros(sign_in.created_at),))
            rows.insert(connection, "sign_ins", row)

    def seen(self, digest: str, at: datetime, expires_at: datetime) -> None:
        """Note a use; what was ended meanwhile stays ended, and a later use is not undone."""
        sql = "UPDATE sign_ins SET seen_at = ?, expires_at = ? WHERE digest = ? AND seen_at < ?"
        values = (to_micros(at), to_micros(expires_at), digest, to_micros(at))
        self._database.commit(lambda connection: connection.execute(sql, values))

    def of(self, user_id: str) -> tuple[SignIn, ...]:
        """Return a user's sign-ins, newest first."""
        with self._database.read() as connection:
            return tuple(map(_sign_in, connection.execute(SIGN_INS_OF, (user_id,)).fetchall()))

    def end(self, user_id: str, digest: str) -> bool:
        """Forget a user's sign-in; say whether it was there."""
        sql = "DELETE FROM sign_ins WHERE digest = ? AND user_id = ?"
        with self._database.write() as connection:
            return connection.execute(sql, (digest, user_id)).rowcount == 1

    def end_all(self, user_id: str, but: str = "") -> int:
        """Forget all sign-ins of a user except the one of the digest `but`; return how many that were."""
        sql = "DELETE FROM sign_ins WHERE user_id = ? AND digest <> ?"
        with self._database.write() as connection:
            return connection.execute(sql, (user_id, but)).rowcount


class SqliteTokens:
    """The `AccessTokens` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def token(self, digest: str) -> tuple[AccessToken, User] | None:
        """Return the token, whether or not it has expired, and whose it is."""
        with self._database.read() as connection:
            row = connection.execute(BY_DIGEST, (digest,)).fetchone()
        return None if row is None else (_token(row), user_in(row))

    def add(self, token: AccessToken) -> None:
        """Keep a new one."""
        row: rows.Row = {
            "id": token.id,
            "user_id": token.user_id,
            "name": token.name,
            "digest": token.digest,
            "scopes": " ".join(sorted(token.scopes)),
            "created_at": to_micros(token.created_at),
            "expires_at": unless_none(to_micros, token.expires_at),
            "used_at": unless_none(to_micros, token.used_at),
        }
        with self._database.write() as connection:
            rows.insert(connection, "access_tokens", row)

    def used(self, token_id: str, at: datetime) -> None:
        """Note a use; what was revoked meanwhile stays revoked, and a later use is not undone."""
        sql = "UPDATE access_tokens SET used_at = ? WHERE id = ? AND coalesce(used_at < ?, 1)"
        values = (to_micros(at), token_id, to_micros(at))
        self._database.commit(lambda connection: connection.execute(sql, values))

    def of(self, user_id: str) -> tuple[AccessToken, ...]:
        """Return a user's tokens, newest first."""
        with self._database.read() as connection:
            return tuple(map(_token, connection.execute(TOKENS_OF, (user_id,)).fetchall()))

    def revoke(self, user_id: str, token_id: str) -> AccessToken:
        """Forget a user's token and return it; raises `NotFound`."""
        with self._database.write() as connection:
            found = connection.execute(REVOKE, (token_id, user_id)).fetchall()
        if not found:
            raise NotFound("access token", token_id)
        return _token(found[0])


def _sign_in(row: sqlite3.Row) -> SignIn:
    return SignIn(
        digest=row["digest"],
        user_id=row["user_id"],
        created_at=to_moment(row["made_at"]),
        seen_at=to_moment(row["seen_at"]),
        expires_at=to_moment(row["expires_at"]),
        agent=row["agent"],
    )


def _token(row: sqlite3.Row) -> AccessToken:
    return AccessToken(
        id=row["token_id"],
        user_id=row["user_id"],
        name=row["token_name"],
        digest=row["digest"],
        scopes=frozenset(map(Scope, row["scopes"].split())),
        created_at=to_moment(row["made_at"]),
        expires_at=unless_none(to_moment, row["expires_at"]),
        used_at=unless_none(to_moment, row["used_at"]),
    )
