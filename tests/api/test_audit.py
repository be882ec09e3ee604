"""The trail over HTTP: for owners, page by page, of one household."""

import pytest

from api.lobby import sign_in
from api.people import People
from spottypottysense.access.model import Act, Scope


def test_the_trail_says_who_did_what(people: People) -> None:
    """Who came in from where, and who was refused."""
    sign_in(people, people.a.member.user.email, client="192.0.2.7")
    sign_in(people, people.a.member.user.email, "wrong", client="192.0.2.8")
    newest = people.ask("GET", "/audit?limit=2", people.a.owner.token(Scope.MANAGE)).json()["entries"]
    assert [(each["act"], each["email"], each["address"]) for each in newest] == [
        ("refused", people.a.member.user.email, "192.0.2.8"),
        ("signed_in", people.a.member.user.email, "192.0.2.7"),
    ]
    assert "wrong" not in str(newest)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_hold_every_entry_once(people: People, limit: int) -> None:
    """Newest first, also where several were of one moment, and none of the other household."""
    audit, caller = people.house.core.access.audit, people.a.owner.caller
    for number in range(7):
        audit.record(caller, Act.CHANGED, f"thing {number}")
    at = audit.entries(people.a.household_id, limit=1)[0].at
    with people.house.database.write() as connection:  # as a clock does that is coarse
        connection.execute("UPDATE audit SET at = (SELECT max(at) FROM audit) WHERE subject LIKE 'thing%'")
    assert audit.entries(people.a.household_id, limit=7)[-1].at == at
    found, path = [], f"/audit?limit={limit}"
    while path:
        page = people.ask("GET", path, people.a.owner.cookie).json()
        assert page["count"] == len(page["entries"]) <= limit
        found += page["entries"]
        path = f"/audit?limit={limit}&nextToken={page['nextToken']}" if "nextToken" in page else ""
    expected = [entry.id for entry in audit.entries(people.a.household_id, limit=1000)]
    assert [each["auditId"] for each in found] == expected


def test_only_owners_read_it(people: People) -> None:
    """No member, no token without the scope; a page of one household is no way into the other's."""
    assert people.ask("GET", "/audit", people.a.member.cookie).status == 403
    assert people.ask("GET", "/audit", people.a.owner.token(Scope.READ)).status == 403
    token = people.ask("GET", "/audit?limit=1", people.a.owner.cookie).json()["nextToken"]
    for forged in (token, token[:-1], "x", "a" * 1025, "%00"):
        path = f"/audit?nextToken={forged}"
        assert people.ask("GET", path, people.b.owner.cookie).status == 422
    for limit in ("0", "101", "x"):
        assert people.ask("GET", f"/audit?limit={limit}", people.a.owner.cookie).status == 422
