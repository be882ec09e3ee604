"""Everything that is known, to take away: as JSON, or as a table."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic.alias_generators import to_camel

from spottypottysense.access.model import Act
from spottypottysense.accounts.model import Role
from spottypottysense.api.asking import Ask, Reads
from spottypottysense.api.decisions import DecisionJson
from spottypottysense.api.decisions import shaped as shaped_decision
from spottypottysense.api.sessions import SessionJson
from spottypottysense.api.sessions import shaped as shaped_session
from spottypottysense.api.times import rfc3339
from spottypottysense.history.model import Place, Selection
from spottypottysense.presence.model import JournalEntry, Session

router = APIRouter(tags=["export"])

_PAGE = 500
_SECRET = frozenset({"digest", "hashed"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""


@router.get(
    "/export.json",
    response_class=StreamingResponse,
    responses={200: {"description": "Everything.", "content": {"application/json": {}}}},
)
def as_json(ask: Reads) -> StreamingResponse:
    """Return all that is kept of you: an owner's with the household, a member's with the visits of his music.

    No password, no token and no key is in it.
    """
    _note(ask, "export.json")
    return _download(_json(ask), "application/json", "json")


@router.get(
    "/export.csv",
    response_class=StreamingResponse,
    responses={200: {"description": "A table.", "content": {"text/csv": {}}}},
)
def as_csv(
    ask: Reads,
    what: Annotated[Literal["sessions", "decisions"], Query(description="Which table.")] = "sessions",
) -> StreamingResponse:
    """Return visits or decisions as a table, newest first: an owner all, a member those with your music.

    Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    _note(ask, f"export.csv {what}")
    columns = SessionJson if what == "sessions" else DecisionJson
    rows = _sessions(ask) if what == "sessions" else _decisions(ask)
    return _download(_csv(tuple(columns.__annotations__), rows), "text/csv; charset=utf-8", "csv")


def _note(ask: Ask, what: str) -> None:
    ask.core.access.audit.record(ask.caller, Act.EXPORTED, what, ask.address)


def _download(pieces: Iterator[str], media_type: str, ending: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="spottypottysense.{ending}"'}
    return StreamingResponse(pieces, media_type=media_type, headers=headers)


def _json(ask: Ask) -> Iterator[str]:
    lists: dict[str, Iterator[Mapping[str, Any]]] = {
        "sessions": _sessions(ask),
        "decisions": _decisions(ask),
    }
    text = json.dumps(_particulars(ask), ensure_ascii=False)
    yield text[:-1]
    for name, items in lists.items():
        yield f', "{name}": ['
        before = ""
        for item in items:
            yield before + json.dumps(item, ensure_ascii=False)
            before = ","
        yield "]"
    yield "}\n"


def _particulars(ask: Ask) -> dict[str, Any]:
    core, caller = ask.core, ask.caller
    found: dict[str, Any] = {
        "exportedAt": rfc3339(ask.front.clock.now()),
        "user": core.accounts.user(caller.household_id, caller.user_id),
        "spotify": core.connections.connection(caller.user_id),
        "signIns": core.access.desk.sign_ins(caller.user_id),
        "accessTokens": core.access.tokens.tokens(caller.user_id),
        "household": core.accounts.household(caller.household_id),
    }
    if _has_all(ask):
        found["members"] = core.accounts.users(caller.household_id)
        found["rooms"] = core.sensors.rooms(caller.household_id)
        found["sensors"] = core.sensors.sensors(caller.household_id)
        found["statuses"] = core.sensors.statuses(caller.household_id)
    return {name: _plain(value) for name, value in found.items()}


def _has_all(ask: Ask) -> bool:
    return ask.caller.role is Role.OWNER


def _sessions(ask: Ask) -> Iterator[SessionJson]:
    now = ask.front.house_clock.now()
    return (shaped_session(session, now) for session in _kept_sessions(ask))


def _kept_sessions(ask: Ask) -> Iterator[Session]:
    """Yield the visits that the caller may take away."""
    after: Place | None = None
    while page := ask.core.history.page(Selection(ask.caller.household_id), after, _PAGE):
        yield from (each for each in page if _has_all(ask) or each.account == ask.caller.user_id)
        after = (page[-1].opened_at, page[-1].id)


def _decisions(ask: Ask) -> Iterator[DecisionJson]:
    names = {room.id: room.name for room in ask.core.sensors.rooms(ask.caller.household_id)}
    own = None if _has_all(ask) else {session.id for session in _kept_sessions(ask)}
    for entry in _kept_decisions(ask):
        if own is None or entry.session_id in own:
            yield shaped_decision(entry, names)


def _kept_decisions(ask: Ask) -> Iterator[JournalEntry]:
    before: str | None = None
    while page := ask.core.presence.decisions(ask.caller.household_id, _PAGE, None, before):
        yield from page
        before = page[-1].id


def _plain(value: Any) -> Any:
    """Return a value of ours as JSON has it; spans are seconds, and digests stay here."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {to_camel(name): _plain(each) for name, each in value.items() if name not in _SECRET}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def _csv(columns: tuple[str, ...], rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(row.get(column)) for column in columns])
        if number % _PAGE == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> str:
    taken = text.getvalue()
    text.seek(0)
    text.truncate()
    return taken


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
