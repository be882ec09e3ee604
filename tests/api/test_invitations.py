"""Links over HTTP: they work once, and tell a stranger nothing."""

from typing import Any

import pytest

from api.lobby import behind, clock_of_now, sign_in, way_in
from api.people import NOBODY, PASSWORD, People, Reply
from spottypottysense.access.model import Purpose, Scope
from spottypottysense.access.policy.lifetimes import invitation_end
from spottypottysense.accounts.model import Role

NEW = "carl@example.org"


def invite(people: People, role: str = "member") -> str:
    """Let the owner of household a invite somebody; return what the link holds."""
    reply = people.ask("POST", "/household/invitations", people.a.owner.cookie, {"role": role})
    assert reply.status == 201
    url: str = reply.json()["url"]
    return url.partition("#")[2]


def accept(people: People, secret: str, **body: Any) -> Reply:
    """Come with a link."""
    whole = {"invitation": secret, "email": NEW, "name": "Carl", "password": PASSWORD} | body
    return people.ask("POST", "/invitations/accept", body=whole)


def look(people: People, secret: str) -> Reply:
    """Ask what a link is for."""
    return people.ask("POST", "/invitations/look", body={"invitation": secret})


def test_a_link_leads_to_where_it_was_asked_for(people: People) -> None:
    """Its secret stands behind the #, which browsers send to no server."""
    reply = people.ask(
        "POST", "/household/invitations", people.a.owner.cookie, {}, {"Host": "spotty.local:8765"}
    )
    assert reply.json()["url"].startswith("http://spotty.local:8765/app/join#")
    assert reply.json()["role"] == "member"
    assert people.ask("GET", "/app/join").status == 200


def test_whoever_is_invited_joins_and_is_signed_in(people: People) -> None:
    """Once; the link is no use to anybody then."""
    secret = invite(people, "owner")
    found = look(people, secret).json()
    assert (found["purpose"], found["role"], found["household"]) == ("join", "owner", "Home a")
    assert found["email"] is None
    reply = accept(people, secret)
    assert reply.status == 200
    assert reply.json()["user"]["email"] == NEW
    assert reply.json()["role"] == "owner"
    assert people.ask("GET", "/sign-ins", way_in(reply)).json()["count"] == 1
    assert accept(people, secret).status == 404
    assert look(people, secret).status == 404
    assert sign_in(people, NEW).status == 200


def test_what_was_typed_wrongly_leaves_the_link_as_it_was(people: People) -> None:
    """Too short a password, an address that is none or somebody's: mend it and come again."""
    secret = invite(people)
    for body, status in (
        ({"password": "short"}, 422),
        ({"password": "password123"}, 422),
        ({"email": "carl"}, 422),
        ({"email": ""}, 422),
        ({"name": "a\0"}, 422),
        ({"timeZone": 1}, 422),
        ({"role": "owner"}, 422),
        ({"email": people.a.member.user.email}, 409),
        ({"email": people.b.owner.user.email}, 409),
    ):
        assert accept(people, secret, **body).status == status
    assert accept(people, secret).status == 200


def test_a_lost_password_is_replaced(people: People) -> None:
    """The link names its person; all browsers are signed out."""
    member = people.a.member.user
    secret, _ = people.house.core.access.invitations.reset_link(member.id, "command line")
    assert look(people, secret.reveal()).json()["email"] == member.email
    body = {"invitation": secret.reveal(), "password": "quite another one"}
    reply = people.ask("POST", "/invitations/accept", body=body)
    assert reply.status == 200
    assert reply.json()["user"]["userId"] == member.id
    assert people.ask("GET", "/sign-ins", people.a.member.cookie).status == 401
    assert sign_in(people, member.email, "quite another one").status == 200


@pytest.mark.parametrize("secret", ["", "x", "a" * 43, "é" * 43, "a" * 200])
def test_a_forged_link_leads_nowhere(people: People, secret: str) -> None:
    """404, with what to do."""
    for reply in (look(people, secret), accept(people, secret)):
        assert reply.status == 404
        assert "ask for a new one" in reply.json()["message"]
        assert "set-cookie" not in reply.headers


def test_an_old_link_leads_nowhere(people: People) -> None:
    """A week later it works no more."""
    clock = clock_of_now()
    house = behind(people, clock)
    secret = invite(house)
    clock.at = invitation_end(Purpose.JOIN, clock.now())
    assert look(house, secret).status == 404
    assert accept(house, secret).status == 404


def test_only_an_owner_who_is_signed_in_invites(people: People) -> None:
    """No member, no token, nobody else; and not as what there is not."""
    path = "/household/invitations"
    assert people.ask("POST", path, NOBODY, {}).status == 401
    assert people.ask("POST", path, people.a.member.cookie, {}).status == 403
    assert people.ask("POST", path, people.a.owner.token(Scope.MANAGE), {}).status == 403
    for body in ({"role": "operator"}, {"role": None}, {"householdId": people.b.household_id}):
        assert people.ask("POST", path, people.a.owner.cookie, body).status == 422
    assert {role.value for role in Role} == {"owner", "member"}
