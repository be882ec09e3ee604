"""Taking everything away: who gets what, that no secret is in it, and that no cell is a formula."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from api.people import PASSWORD, People, Person
from api.visits import keep, visit
from spottypottysense.access.model import Act
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.access import sqlite_access
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def taken(people: People, person: Person, path: str = "/export.json") -> str:
    """Return what a person takes away."""
    reply = people.ask("GET", path, person.cookie)
    assert reply.status == 200, reply
    assert "attachment" in reply.headers["content-disposition"]
    return reply.body.decode()


def table(people: People, person: Person, what: str) -> list[dict[str, Any]]:
    """Return a table's rows by column."""
    return list(csv.DictReader(io.StringIO(taken(people, person, f"/export.csv?what={what}"), newline="")))


def test_an_owner_takes_the_household(people: People) -> None:
    """People, rooms, sensors, visits and decisions, and none of the neighbours'."""
    keep(people, visit(people.a, "s1", AT), visit(people.b, "theirs", AT))
    text = taken(people, people.a.owner)
    found = json.loads(text)
    assert found["user"]["email"] == people.a.owner.user.email
    assert [member["email"] for member in found["members"]] == ["member-a@example.org", "owner-a@example.org"]
    assert [room["name"] for room in found["rooms"]] == [people.a.room.name]
    assert [sensor["id"] for sensor in found["sensors"]] == [people.a.sensor.id]
    assert [session["sessionId"] for session in found["sessions"]] == [people.a.session.id, "s1"]
    assert [decision["sessionId"] for decision in found["decisions"]] == [people.a.session.id]
    for foreign in ("theirs", people.b.household_id, people.b.sensor.id, people.b.owner.user.email):
        assert foreign not in text


def test_a_member_takes_what_is_his(people: People) -> None:
    """The visits with his music; neither the others' nor the household's."""
    his = replace(visit(people.a, "s2", AT), account=people.a.member.user.id)
    keep(people, visit(people.a, "s1", AT), his)
    decision = JournalEntry(
        "e2", AT, "pir", "deadline", Action.END, Reason.TIMEOUT, "k", people.a.household_id, session_id="s2"
    )
    SqliteJournal(people.house.database).record(decision)
    found = json.loads(taken(people, people.a.member))
    assert [session["sessionId"] for session in found["sessions"]] == ["s2"]
    assert [decision["decisionId"] for decision in found["decisions"]] == ["e2"]
    assert not {"members", "rooms", "sensors"} & set(found)
    assert [row["decisionId"] for row in table(people, people.a.member, "decisions")] == ["e2"]


def test_no_secret_is_in_it(people: People) -> None:
    """Neither password nor digest nor token nor cookie."""
    person = people.a.owner
    login = sqlite_access(people.house.database).passwords.by_user(person.user.id)
    assert login is not None
    assert login.password is not None
    text = taken(people, person)
    secrets = [PASSWORD, login.password.hashed, person.cookie["Cookie"].partition("=")[2], person.caller.key]
    secrets += [token.digest for token in person.tokens.values()]
    secrets += [secret.reveal() for secret in person.secrets.values()]
    assert [secret for secret in secrets if secret in text] == []


def test_long_tables_are_whole(people: People) -> None:
    """Every visit once, also beyond a page."""
    keep(people, *(visit(people.a, f"s{number:04}", AT + timedelta(hours=number)) for number in range(501)))
    rows = table(people, people.a.owner, "sessions")
    assert [row["sessionId"] for row in rows] == [
        people.a.session.id,
        *(f"s{number:04}" for number in reversed(range(501))),
    ]
    assert rows[1]["playbackDuration"] == "600"


def test_no_cell_is_a_formula(people: People) -> None:
    """What came from outside begins with an apostrophe where a spreadsheet would calculate."""
    journal = SqliteJournal(people.house.database)
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil.example","x")', "\r=1", "plain"]
    for number, detail in enumerate(evil):
        row = JournalEntry(
            f"e{number}",
            AT + timedelta(seconds=number),
            detail,
            "message",
            Action.IGNORE,
            Reason.BAD_PAYLOAD,
            f"k{number}",
            people.a.household_id,
            detail=detail,
        )
        journal.record(row)
    cells = {row["detail"] for row in table(people, people.a.owner, "decisions")}
    assert "plain" in cells
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert "'=1+1" in cells


def test_it_is_in_the_trail(people: People) -> None:
    """That somebody took data away can be read by the owner."""
    taken(people, people.a.member, "/export.csv?what=decisions")
    newest = people.house.core.access.audit.entries(people.a.household_id, None, 1)[0]
    assert (newest.act, newest.user_id, newest.subject) == (
        Act.EXPORTED,
        people.a.member.user.id,
        "export.csv decisions",
    )


def test_tables_that_there_are_not(people: People) -> None:
    """422 with the field."""
    reply = people.ask("GET", "/export.csv?what=passwords", people.a.owner.cookie)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, "what")
