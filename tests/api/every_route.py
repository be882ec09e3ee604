"""Calls to every route, made from the OpenAPI document: its paths, with ids and bodies that fit."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from api.people import Home, People
from spottypottysense.access.model import Scope
from spottypottysense.api.openapi import is_open, operations
from spottypottysense.runtimes.appliance.wiring import House

_NOTED_BY_LOOKING = frozenset({"seen_at", "used_at"})
"""Columns that change when somebody only looks."""


@dataclass(frozen=True)
class Call:
    """One route, ready to be called; `names` are the parameters and fields that name something by its id."""

    method: str
    path: str
    template: str
    scope: Scope | None
    body: Any
    names: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def ids_of(home: Home) -> Mapping[str, str]:
    """Return what parameters and fields of these names hold for a household."""
    owner = home.owner
    return {
        "roomId": home.room.id,
        "sensorId": home.sensor.id,
        "sessionId": home.session.id,
        "userId": home.member.user.id,
        "householdId": home.household_id,
        "account": owner.user.id,
        "tokenId": next(iter(owner.tokens.values())).id,
        "signInId": owner.caller.key[:16],
        "noticeId": home.notice.id,
    }


def calls(people: People, home: Home) -> Iterator[Call]:
    """Yield every route that is not open to all, about the things of `home`."""
    document = people.ask("GET", "/openapi.json").json()
    ids = ids_of(home)
    for template, method, operation in operations(document):
        if is_open(template):
            continue
        parameters = operation.get("parameters", ())
        path, names = _path(template, parameters, ids)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = _about(content.get("example"), ids)
        named = names | (set(body) & set(ids) if isinstance(body, dict) else set())
        roles = [role for way in operation["security"] for roles in way.values() for role in roles]
        scope = Scope(roles[0]) if roles else None
        yield Call(method, path, template, scope, body, frozenset(named))


def kept_of(house: House, home: Home) -> dict[str, Any]:
    """Return everything that is stored about a household: its rows, and the files beside the database."""
    marks = {home.household_id, home.room.id, home.sensor.id, home.session.id}
    marks |= {home.owner.user.id, home.member.user.id, home.notice.id}
    kept: dict[str, Any] = {}
    with house.database.read() as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608  names of ours
            kept[table] = sorted(_row(row) for row in rows if marks & set(map(str, row.values())))
    for path in sorted(house.settings.data.rglob("*")):
        if path.is_file() and not path.name.startswith("spotty.db"):
            kept[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return kept


def _row(row: Mapping[str, Any]) -> str:
    return str(sorted((name, str(value)) for name, value in row.items() if name not in _NOTED_BY_LOOKING))


def _path(template: str, parameters: Any, ids: Mapping[str, str]) -> tuple[str, set[str]]:
    path, query, names = template, [], set()
    for parameter in parameters:
        name, place = parameter["name"], parameter["in"]
        if place == "path":
            names.add(name)
            assert name in ids, f"{template}: say in ids_of() which id {name} is."
            path = path.replace(f"{{{name}}}", quote(ids[name]))
        elif place == "query" and name in ids:
            names.add(name)
            query.append(f"{name}={quote(ids[name])}")
    return (f"{path}?{'&'.join(query)}" if query else path), names


def _about(body: Any, ids: Mapping[str, str]) -> Any:
    """Return the body with ids of the household in place of those of the example."""
    if not isinstance(body, dict):
        return body
    text: dict[str, Any] = json.loads(json.dumps(body))
    return {name: ids.get(name, value) for name, value in text.items()}
