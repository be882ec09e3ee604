"""Leaving for good: what goes, what stays, and who cannot do it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.people import PASSWORD, People, Person, Reply, signed_in_again
from api.visits import keep, visit
from spottypottysense.access.model import Scope
from spottypottysense.accounts.model import Role
from spottypottysense.errors import NotFound
from spottypottysense.reasons import Reason

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def leave(people: People, person: Person, password: str = PASSWORD) -> Reply:
    """Ask to be forgotten."""
    return people.ask("DELETE", "/users/me", person.cookie, {"password": password})


def rows_about(people: People, *marks: str) -> dict[str, int]:
    """Return how many rows hold any of the marks, by table."""
    found: dict[str, int] = {}
    with people.house.database.read() as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608  names of ours
            count = sum(any(mark in str(value) for value in row for mark in marks) for row in rows)
            if count:
                found[table] = count
    return found


def test_a_member_leaves(people: People) -> None:
    """The account and all ways in are gone; the household, its rooms and visits stay."""
    core, member = people.house.core, people.a.member
    his = replace(visit(people.a, "his", AT), account=member.user.id)
    keep(people, his)
    core.sensors.change_room(people.a.room.id, account=member.user.id)
    core.sensors.add_room(
        people.a.household_id, "Hall", account=people.a.owner.user.id, stand_ins=(member.user.id,)
    )
    core.notices.tell(member.user.id, Reason.RECONNECT)
    reply = leave(people, member)
    assert (reply.status, reply.json()["householdDeleted"]) == (200, False)
    assert 'spotty_sign_in=""' in reply.headers["set-cookie"]
    assert set(rows_about(people, member.user.id)) == {"audit"}
    assert people.ask("GET", "/state", member.cookie).status == 401
    assert people.ask("GET", "/state", member.token(Scope.READ)).status == 401
    sessions = people.ask("GET", "/sessions?endDate=2026-03-01", people.a.owner.cookie).json()["sessions"]
    assert [(each["sessionId"], each["userId"]) for each in sessions] == [("his", None)]
    assert [room.account for room in core.sensors.rooms(people.a.household_id)] == [
        None,
        people.a.owner.user.id,
    ]
    assert [room.stand_ins for room in core.sensors.rooms(people.a.household_id)] == [(), ()]


def test_the_last_owner_takes_the_household_along(people: People) -> None:
    """Nothing of it is left, the member is out, and the neighbours notice nothing."""
    keep(people, visit(people.a, "s1", AT), visit(people.b, "theirs", AT))
    people.house.core.notices.tell(people.a.owner.user.id, Reason.RECONNECT)
    a = people.a
    marks = (a.household_id, a.room.id, a.sensor.id, a.owner.user.id, a.member.user.id, "owner-a@example.org")
    theirs = rows_about(people, people.b.household_id, people.b.room.id, people.b.sensor.id)
    assert leave(people, a.owner).json()["householdDeleted"] is True
    assert rows_about(people, *marks) == {}
    assert people.ask("GET", "/state", a.member.cookie).status == 401
    assert rows_about(people, people.b.household_id, people.b.room.id, people.b.sensor.id) == theirs
    assert people.ask("GET", "/state", people.b.owner.cookie).status == 200


def test_its_sensors_are_shut_out(people: People) -> None:
    """The broker admits no certificate of a household that is gone."""
    broker = people.house.broker
    assert broker is not None
    certificate_id = people.a.sensor.certificate_id
    assert certificate_id is not None
    leave(people, people.a.owner)
    with pytest.raises(NotFound):
        broker.revoke(certificate_id)


def test_an_owner_among_several_leaves_alone(people: People) -> None:
    """The household stays with whoever else owns it."""
    people.house.core.accounts.change_user(people.a.household_id, people.a.member.user.id, role=Role.OWNER)
    assert leave(people, people.a.owner).json()["householdDeleted"] is False
    assert leave(people, people.a.member).json()["householdDeleted"] is True


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", "x" * 2000, "\0"])
def test_it_takes_the_password(people: People, password: str) -> None:
    """Whoever finds an open browser deletes nothing."""
    reply = leave(people, people.a.owner, password)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, "password")
    assert people.ask("GET", "/state", people.a.owner.cookie).status == 200


def test_guessing_is_slow(people: People) -> None:
    """After some wrong passwords the right one has to wait as well."""
    replies = [leave(people, people.a.owner, "wrong").status for _ in range(20)]
    assert replies[0] == 422
    assert replies[-1] == 429


@pytest.mark.parametrize(
    "body", [{}, {"password": None}, {"password": 1}, {"password": PASSWORD, "more": 1}, []]
)
def test_bodies_that_are_none(people: People, body: object) -> None:
    """422, and nothing is gone."""
    assert people.ask("DELETE", "/users/me", people.a.owner.cookie, body).status == 422
    assert people.ask("GET", "/state", people.a.owner.cookie).status == 200


def test_a_token_cannot_do_it(people: People) -> None:
    """Whatever its scope: one that leaked must not delete a household."""
    for scope in Scope:
        way_in = people.a.owner.token(scope)
        assert people.ask("DELETE", "/users/me", way_in, {"password": PASSWORD}).status == 403
    again = signed_in_again(people.house, people.a.owner)
    assert people.ask("GET", "/state", again).status == 200
