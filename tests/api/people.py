"""Two households over one real SQLite house, ways in for everybody, and a caller that needs no network.

A test takes the fixture `people: People`, and asks:
`people.ask("GET", "/sensors", people.a.owner.cookie).status`.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from spottypottysense.access.model import AccessToken, Caller, Password, Scope
from spottypottysense.access.policy.allowing import scopes_of
from spottypottysense.accounts.model import Role, User
from spottypottysense.api.app import create_app
from spottypottysense.api.identity import COOKIE, OwnSignIn
from spottypottysense.notices.model import Notice
from spottypottysense.presence.model import Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.front import front_of
from spottypottysense.runtimes.appliance.hasher import Argon2Hasher
from spottypottysense.runtimes.appliance.sqlite.access import sqlite_access
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.secret import Secret
from spottypottysense.sensors.model import Room, Sensor

NOBODY: Mapping[str, str] = {}
PASSWORD = "four words in a row"
_NO_SPOTIFY = "http://127.0.0.1:1"
_QUICK = Argon2Hasher(memory_kib=8, passes=1)
_PATIENCE = 0.3
"""Seconds after which the caller hangs up on an answer that does not end."""


@dataclass(frozen=True)
class Person:
    """Somebody who has the password `PASSWORD` and is signed in.

    `cookie` and `token(scope)` are headers to come with; `secrets` are those of the access tokens.
    """

    user: User
    caller: Caller
    cookie: Mapping[str, str]
    secrets: Mapping[Scope, Secret]
    tokens: Mapping[Scope, AccessToken]

    def token(self, scope: Scope) -> Mapping[str, str]:
        """Return the header with the access token that has this scope alone."""
        return {"Authorization": f"Bearer {self.secrets[scope].reveal()}"}


@dataclass(frozen=True)
class Home:
    """One household with a room, a sensor, a visit that goes on, and a notice about its owner."""

    household_id: str
    owner: Person
    member: Person
    room: Room
    sensor: Sensor
    session: Session
    notice: Notice


@dataclass(frozen=True)
class Reply:
    """What came back; names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class People:
    """Households `a` and `b` in one house."""

    house: House
    app: FastAPI
    a: Home
    b: Home
    headers: Mapping[str, str] = field(default_factory=lambda: {"Host": "127.0.0.1:8765"})

    def ask(
        self,
        method: str,
        path: str,
        way_in: Mapping[str, str] = NOBODY,
        body: Any = None,
        headers: Mapping[str, str] = NOBODY,
        client: str = "127.0.0.1",
    ) -> Reply:
        """Send a request, `body` as JSON unless it is bytes, and return the answer."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = dict(self.headers) | {"Content-Length": str(len(data))} | dict(way_in) | dict(headers)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        return asyncio.run(_call(self.app, method, path, sent, data, client))


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """Two households with an owner and a member each; Spotify cannot be reached."""
    house = build(pretend_settings(tmp_path / "data", _NO_SPOTIFY))
    yield settled(house)
    house.close()


def settled(house: House, names: tuple[str, str] = ("a", "b")) -> People:
    """Let two households move in."""
    front = front_of(house, lambda: {"storage": True}, lambda: (b"figures 1\n", "text/plain"))
    app = create_app(front, OwnSignIn(house.core.access))
    first, second = (_home(house, name) for name in names)
    return People(house, app, first, second)


def let_in(house: House, user: User) -> Person:
    """Give a user a password, a sign-in and an access token for each scope of the role."""
    access = house.core.access
    password = Password(user.id, _QUICK.hashed(Secret(PASSWORD)), house.clock.now())
    sqlite_access(house.database).passwords.save(password)
    cookie, caller = access.desk.let_in(user, password, "tests")
    scopes = scopes_of(user.role)
    made = {scope: access.tokens.make(caller, scope, frozenset({scope}), None, "") for scope in scopes}
    secrets = {scope: secret for scope, (secret, _) in made.items()}
    tokens = {scope: token for scope, (_, token) in made.items()}
    return Person(user, caller, {"Cookie": f"{COOKIE}={cookie.reveal()}"}, secrets, tokens)


def signed_in_again(house: House, person: Person) -> Mapping[str, str]:
    """Return the cookie of one more sign-in, for calls that may end the one they come with."""
    login = sqlite_access(house.database).passwords.by_user(person.user.id)
    assert login is not None
    assert login.password is not None
    cookie, _ = house.core.access.desk.let_in(login.user, login.password, "again")
    return {"Cookie": f"{COOKIE}={cookie.reveal()}"}


def _home(house: House, name: str) -> Home:
    core = house.core
    household, owner = core.accounts.found(f"Home {name}", f"owner-{name}@example.org", "Europe/Berlin")
    member = core.accounts.add_member(household.id, f"member-{name}@example.org", role=Role.MEMBER)
    room = core.sensors.add_room(household.id, f"Bath {name}", account=owner.id)
    sensor = core.sensors.add_sensor(household.id, f"pir-{name}", room.name)
    core.presence.take_in(f"sensors/{sensor.id}/motion", b'{"event": "motion_detected"}', house.clock.now())
    (session,) = (each for each in core.presence.open_sessions() if each.room_id == room.id)
    core.notices.tell(owner.id, Reason.RECONNECT)
    (notice,) = (each for each in core.notices.waiting() if each.subject == owner.id)
    return Home(household.id, let_in(house, owner), let_in(house, member), room, sensor, session, notice)


async def _call(
    app: FastAPI, method: str, path: str, headers: Mapping[str, str], body: bytes, client: str
) -> Reply:
    bare, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": bare,
        "raw_path": bare.encode("utf-8", "surrogatepass"),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": (client, 50_000),
        "server": ("127.0.0.1", 8765),
    }
    pending = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if pending:
            return pending.pop()
        await asyncio.sleep(_PATIENCE)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, parts = sent[0], sent[1:]
    seen = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Reply(start["status"], seen, b"".join(part.get("body", b"") for part in parts))
