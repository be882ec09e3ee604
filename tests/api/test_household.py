"""The household and who lives in it, over HTTP."""

from typing import Any

import pytest

from api.people import People
from spottypottysense.access.model import Act, Scope
from spottypottysense.accounts.model import Role


def test_a_household_as_it_is_founded(people: People) -> None:
    """Its values are those that hold where nobody named any."""
    reply = people.ask("GET", "/household", people.a.member.cookie)
    assert reply.json() == {
        "household": {
            "householdId": people.a.household_id,
            "name": "Home a",
            "timeZone": "Europe/Berlin",
            "quietHours": None,
            "timeoutMinutes": 5,
            "motionGapMinutes": 2,
            "takesOver": False,
            "latestWins": False,
            "mode": "home",
            "snoozedUntil": None,
        }
    }
    again = people.ask(
        "GET", "/household", people.a.member.cookie, headers={"If-None-Match": reply.headers["etag"]}
    )
    assert again.status == 304


def test_what_is_named_changes_and_nothing_else(people: People) -> None:
    """Each field by itself; null takes quiet hours away; the trail knows who did it."""
    owner = people.a.owner.cookie
    changes: dict[str, Any] = {
        "name": "Nest 🪺",
        "timeZone": "America/New_York",
        "quietHours": {"start": "22:30", "end": "06:00"},
        "timeoutMinutes": 0.5,
        "motionGapMinutes": 0,
        "takesOver": True,
        "latestWins": True,
    }
    expected = people.ask("GET", "/household", owner).json()["household"]
    for name, value in [*changes.items(), ("quietHours", None)]:
        reply = people.ask("PUT", "/household", owner, {name: value})
        expected |= {name: value}
        assert (reply.status, reply.json()["household"]) == (200, expected)
    assert people.ask("GET", "/household", owner).json()["household"] == expected
    entry = people.house.core.access.audit.entries(people.a.household_id, limit=1)[0]
    assert (entry.act, entry.subject, entry.user_id) == (Act.CHANGED, "household", people.a.owner.user.id)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"timeZone": "\ud800"}, "timeZone"),
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"timeoutMinutes": 0}, "timeoutMinutes"),
        ({"timeoutMinutes": "5"}, "timeoutMinutes"),
        ({"timeoutMinutes": 241}, "timeoutMinutes"),
        ({"timeoutMinutes": 1e300}, "timeoutMinutes"),
        ({"motionGapMinutes": 61}, "motionGapMinutes"),
        ({"quietHours": {"start": "25:00", "end": "07:00"}}, "quietHours.start"),
        ({"quietHours": {"start": "22:00"}}, "quietHours.end"),
        ({"mode": "away"}, "mode"),
        ({"takesOver": 1}, "takesOver"),
    ],
)
def test_what_cannot_be(people: People, body: dict[str, Any], field: str) -> None:
    """422 names the field as the caller wrote it, and nothing changes."""
    before = people.ask("GET", "/household", people.a.owner.cookie).body
    reply = people.ask("PUT", "/household", people.a.owner.cookie, body)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, field)
    assert people.ask("GET", "/household", people.a.owner.cookie).body == before


def test_no_update_is_lost(people: People) -> None:
    """Whoever changes what is no longer so is told to read again."""
    owner = people.a.owner.cookie
    tag = {"If-Match": people.ask("GET", "/household", owner).headers["etag"]}
    first = people.ask("PUT", "/household", owner, {"name": "One"}, tag)
    assert first.status == 200
    assert people.ask("PUT", "/household", owner, {"name": "Two"}, tag).status == 412
    newer = {"If-Match": first.headers["etag"]}
    assert people.ask("PUT", "/household", owner, {"name": "Two"}, newer).status == 200


def test_members_in_pages(people: People) -> None:
    """Everybody once, by e-mail address; a token of another list or household is refused."""
    owner = people.a.owner.cookie
    for number in range(5):
        people.house.core.accounts.add_member(people.a.household_id, f"{number}@example.org")
    seen, path = [], "/household/members?limit=2"
    while path:
        reply = people.ask("GET", path, owner).json()
        assert reply["count"] == len(reply["members"]) <= 2
        seen += [member["email"] for member in reply["members"]]
        token = reply.get("nextToken")
        path = f"/household/members?limit=2&nextToken={token}" if token else ""
    assert seen == sorted(seen)
    assert len(seen) == 7
    token = people.ask("GET", "/household/members?limit=1", owner).json()["nextToken"]
    assert people.ask("GET", f"/rooms?nextToken={token}", owner).status == 422
    assert people.ask("GET", f"/household/members?nextToken={token}", people.b.owner.cookie).status == 422


def test_a_member_is_switched_off(people: People) -> None:
    """From then on there is no way in for him; he stays in the list."""
    member = people.a.member
    path = f"/household/members/{member.user.id}"
    assert people.ask("DELETE", path, member.cookie).status == 403
    assert people.ask("DELETE", path, people.b.owner.cookie).status == 404
    reply = people.ask("DELETE", path, people.a.owner.cookie)
    assert (reply.status, reply.json()["member"]["active"]) == (200, False)
    for way_in in (member.cookie, member.token(Scope.READ)):
        assert people.ask("GET", "/household", way_in).status == 401
    access = people.house.core.access
    assert access.desk.sign_ins(member.user.id) == ()
    assert access.tokens.tokens(member.user.id) == ()
    assert access.audit.entries(people.a.household_id, limit=1)[0].act is Act.REMOVED
    members = people.ask("GET", "/household/members", people.a.owner.cookie).json()["members"]
    assert [each["active"] for each in members] == [False, True]


def test_the_last_owner_stays(people: People) -> None:
    """Nobody could change the household otherwise; with another owner it may be."""
    owner = people.a.owner
    path = f"/household/members/{owner.user.id}"
    assert people.ask("DELETE", path, owner.cookie).status == 409
    people.house.core.accounts.change_user(people.a.household_id, people.a.member.user.id, role=Role.OWNER)
    assert people.ask("DELETE", path, people.a.member.cookie).status == 200
    assert people.ask("GET", "/household", owner.cookie).status == 401
