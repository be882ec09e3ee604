"""Access tokens over HTTP: shown once, never more than the role, ended at once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.lobby import behind, clock_of_now
from api.people import People, Reply
from spottypottysense.access.model import Scope


def make(people: People, way_in: Mapping[str, str], **body: Any) -> Reply:
    """Make a token that may look, unless told otherwise."""
    return people.ask("POST", "/tokens", way_in, {"name": "script", "scopes": ["read"]} | body)


def shown(reply: Reply) -> dict[str, str]:
    """Return the header by which a script comes with what was shown."""
    return {"Authorization": f"Bearer {reply.json()['secret']}"}


def test_a_token_is_shown_once(people: People) -> None:
    """It lets a script in; the list has all but what proves it."""
    owner = people.a.owner
    made = make(people, owner.cookie, scopes=["read", "control", "read"], expiresAt="2030-01-01")
    assert made.status == 201
    token, secret = made.json()["token"], made.json()["secret"]
    assert secret.startswith("spotty_")
    assert token["scopes"] == ["control", "read"]
    assert token["expiresAt"] == "2029-12-31T23:00:00Z"
    listed = people.ask("GET", "/tokens", shown(made))
    assert listed.json()["count"] == 4
    newest = listed.json()["tokens"][0]
    assert newest == {**token, "usedAt": newest["usedAt"]}
    assert newest["usedAt"] is not None
    assert secret.encode() not in listed.body


def test_a_token_is_not_kept_for_a_repetition(people: People) -> None:
    """Whoever asks again with the same key is told so, and no copy of the secret lies anywhere."""
    key = {"Idempotency-Key": "one"}
    body = {"name": "script", "scopes": ["read"]}
    first = people.ask("POST", "/tokens", people.a.owner.cookie, body, key)
    assert first.status == 201
    again = people.ask("POST", "/tokens", people.a.owner.cookie, body, key)
    assert again.status == 409
    secret = first.json()["secret"].encode()
    files = [path for path in people.house.settings.data.iterdir() if path.is_file()]
    assert not any(secret in path.read_bytes() for path in files)


def test_a_revoked_token_is_no_use(people: People) -> None:
    """From that moment; and only its own person can revoke it."""
    made = make(people, people.a.owner.cookie)
    path = f"/tokens/{made.json()['token']['tokenId']}"
    assert people.ask("DELETE", path, people.a.member.cookie).status == 404
    assert people.ask("DELETE", path, people.b.owner.cookie).status == 404
    assert people.ask("DELETE", path, shown(made)).status == 403
    assert people.ask("GET", "/tokens", shown(made)).status == 200
    assert people.ask("DELETE", path, people.a.owner.cookie).status == 204
    assert people.ask("GET", "/tokens", shown(made)).status == 401
    assert people.ask("DELETE", path, people.a.owner.cookie).status == 404
    assert people.ask("DELETE", "/tokens/\0", people.a.owner.cookie).status == 404


def test_an_expired_or_forged_token_is_no_use(people: People) -> None:
    """401 with a sentence, whatever it looks like."""
    clock = clock_of_now()
    house = behind(people, clock)
    ends = f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    made = make(house, people.a.owner.cookie, expiresAt=ends)
    assert house.ask("GET", "/tokens", shown(made)).status == 200
    clock.advance(timedelta(days=1))
    refused = house.ask("GET", "/tokens", shown(made))
    assert refused.status == 401
    assert "make a new one" in refused.json()["message"]
    for text in ("", "x", "spotty_" + "a" * 43, "a" * 43, "\xe9", "a" * 300):
        assert house.ask("GET", "/tokens", {"Authorization": f"Bearer {text}"}).status == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes.0"),
        ({"scopes": ["read"] * 4}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"expiresAt": "yesterday"}, "expiresAt"),
        ({"expiresAt": "2001-01-01"}, "expiresAt"),
        ({"expiresAt": "2199-12-31"}, "expiresAt"),
        ({"expiresAt": 1}, "expiresAt"),
        ({"userId": "user-1"}, "userId"),
    ],
)
def test_a_bad_token_is_refused_by_field(people: People, body: dict[str, Any], field: str) -> None:
    """422, and nothing was made."""
    reply = make(people, people.a.member.cookie, **body)
    assert reply.status == 422
    assert [each["field"] for each in reply.json()["fields"]] == [field]
    assert people.ask("GET", "/tokens", people.a.member.cookie).json()["count"] == 2


def test_a_token_goes_not_beyond_the_role(people: People) -> None:
    """A member cannot make one that manages; a token makes no tokens."""
    assert make(people, people.a.member.cookie, scopes=["manage"]).status == 403
    assert make(people, people.a.owner.token(Scope.READ)).status == 403
    assert make(people, people.a.owner.token(Scope.MANAGE)).status == 403
