"""Signing in and out over HTTP: cookies, other sites, guesses, other browsers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.lobby import behind, clock_of_now, cookie_of, over_https, sign_in, way_in
from api.people import PASSWORD, People, Reply
from spottypottysense.access.model import Scope
from spottypottysense.api.identity import COOKIE

HERE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"
FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def test_the_right_password_signs_in(people: People) -> None:
    """The answer says who it is; the cookie lets in from then on."""
    reply = sign_in(people, "OWNER-A@example.org")
    assert reply.status == 200
    owner = people.a.owner.user
    said = reply.json()
    assert said["user"] == {"userId": owner.id, "email": owner.email, "name": owner.name}
    assert said["role"] == "owner"
    assert said["expiresAt"].endswith("Z")
    assert people.ask("GET", "/sign-ins", way_in(reply)).status == 200
    assert reply.headers["cache-control"] == "no-store"


def test_the_cookie_is_out_of_reach(people: People) -> None:
    """No script sees it, no other site's form sends it, and it never is part of the answer's body."""
    reply = sign_in(people)
    cookie = cookie_of(reply)
    assert cookie["httponly"] is True
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert int(cookie["max-age"]) == timedelta(days=180).total_seconds()
    assert not cookie["secure"]
    assert not cookie["domain"]
    assert cookie.value.encode() not in reply.body
    assert cookie_of(sign_in(over_https(people)))["secure"] is True


def test_no_log_has_a_secret(people: People, caplog: pytest.LogCaptureFixture) -> None:
    """Neither what was typed nor what was given, whatever became of it."""
    caplog.set_level("DEBUG")
    cookie = cookie_of(sign_in(people)).value
    sign_in(people, password="a wrong password")
    people.ask("POST", "/sign-in", body={"email": "x", "password": "a wrong password", "more": 1})
    change(people, people.a.owner.cookie, PASSWORD, "quite another one")
    for secret in (cookie, PASSWORD, "a wrong password", "quite another one"):
        assert secret not in caplog.text


def test_wrong_passwords_and_unknown_people_are_told_the_same(people: People) -> None:
    """Nobody learns who lives here: status, sentence and headers are alike."""
    refusals = [
        sign_in(people, password="not this one"),
        sign_in(people, email="nobody@example.org"),
        sign_in(people, email="", password=""),
        sign_in(people, password="x" * 1024),
        people.ask("POST", "/sign-in", body=b'{"email": "owner-a@example.org", "password": "\\ud800"}'),
    ]
    for reply in refusals:
        assert reply.status == 401
        assert "set-cookie" not in reply.headers
    told = [{**reply.json(), "requestId": ""} for reply in refusals]
    assert all(each == told[0] for each in told)
    assert len({frozenset(reply.headers) for reply in refusals}) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        b"{",
        b"",
        {"email": "owner-a@example.org"},
        {"email": "owner-a@example.org", "password": 12345678},
        {"email": ["owner-a@example.org"], "password": PASSWORD},
        {"email": "owner-a@example.org", "password": PASSWORD, "admin": True},
        {"email": "owner-a@example.org", "password": "x" * 1025},
        {"email": "a" * 255, "password": PASSWORD},
        {"email": "owner-a\0@example.org", "password": PASSWORD},
        b'{"email": "\\ud800@example.org", "password": "four words in a row"}',
    ],
)
def test_what_cannot_be_read_is_said_so(people: People, body: Any) -> None:
    """422 with the field, without what was typed into it."""
    reply = people.ask("POST", "/sign-in", body=body)
    assert reply.status == 422
    assert reply.json()["fields"]
    assert PASSWORD.encode() not in reply.body


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_another_site_may_not_act(people: People, foreign: Mapping[str, str]) -> None:
    """What a page elsewhere makes a browser send is refused, with the cookie and for the cookie."""
    cookie = people.a.owner.cookie
    assert sign_in(people, headers=foreign).status == 403
    assert people.ask("DELETE", "/sign-in", cookie, headers=foreign).status == 403
    assert people.ask("DELETE", "/sign-ins", cookie, headers=foreign).status == 403
    body = {"name": "theirs", "scopes": ["manage"]}
    assert people.ask("POST", "/tokens", cookie, body, foreign).status == 403
    assert people.ask("GET", "/sign-ins", cookie).json()["count"] == 1


def test_a_script_may_come_from_anywhere(people: People) -> None:
    """An access token is shown on purpose, so that no Origin is held against it."""
    token = people.a.owner.token(Scope.MANAGE)
    for foreign in FOREIGN:
        reply = people.ask("POST", "/household/invitations", token, {}, foreign)
        assert "An access token may not do this" in reply.json()["message"]  # got as far as the house


@pytest.mark.parametrize("text", ["", "x", "é", "a" * 43, "a" * 300, '"'])
def test_a_forged_cookie_lets_nobody_in(people: People, text: str) -> None:
    """Whatever is in it."""
    forged = {"Cookie": f"{COOKIE}={text}"}
    assert people.ask("GET", "/sign-ins", forged).status == 401
    assert people.ask("DELETE", "/sign-in", forged).status == 204


def test_a_sign_in_that_has_ended_lets_nobody_in(people: People) -> None:
    """After 30 days without use, and after 180 whatever the use; until then each use prolongs it."""
    clock = clock_of_now()
    house = behind(people, clock)
    idle, used = way_in(sign_in(house)), way_in(sign_in(house))
    clock.advance(timedelta(days=29))
    assert house.ask("GET", "/sign-ins", used).status == 200
    clock.advance(timedelta(days=2))
    assert house.ask("GET", "/sign-ins", idle).status == 401
    for _ in range(7):
        assert house.ask("GET", "/sign-ins", used).status == 200
        clock.advance(timedelta(days=20))
    assert house.ask("GET", "/sign-ins", used).status == 200
    clock.advance(timedelta(days=10))
    assert house.ask("GET", "/sign-ins", used).status == 401


def test_whoever_was_switched_off_is_out_at_once(people: People) -> None:
    """By cookie and by token, and the right password gets the sentence of a wrong one."""
    home = people.a
    people.house.core.accounts.deactivate(home.household_id, home.member.user.id)
    assert people.ask("GET", "/sign-ins", home.member.cookie).status == 401
    assert people.ask("GET", "/sign-ins", home.member.token(Scope.READ)).status == 401
    refused = sign_in(people, home.member.user.email)
    assert refused.status == 401
    assert refused.json()["message"] == sign_in(people, "nobody@example.org").json()["message"]


def test_signing_out_ends_this_browser_alone(people: People) -> None:
    """The cookie is taken away and would be of no use; the other browser stays."""
    here, there = way_in(sign_in(people)), way_in(sign_in(people))
    reply = people.ask("DELETE", "/sign-in", here)
    assert reply.status == 204
    assert cookie_of(reply)["max-age"] == "0"
    assert people.ask("GET", "/sign-ins", here).status == 401
    assert people.ask("GET", "/sign-ins", there).status == 200
    assert people.ask("DELETE", "/sign-in", here).status == 204
    assert people.ask("DELETE", "/sign-in").status == 204


def test_signing_out_everywhere_ends_other_browsers_at_once(people: People) -> None:
    """All of one person's, nobody else's; access tokens stay."""
    browsers = [way_in(sign_in(people)) for _ in range(3)]
    reply = people.ask("DELETE", "/sign-ins", browsers[0])
    assert reply.json() == {"ended": 4}
    assert cookie_of(reply)["max-age"] == "0"
    for browser in (*browsers, people.a.owner.cookie):
        assert people.ask("GET", "/sign-ins", browser).status == 401
    assert people.ask("GET", "/sign-ins", people.a.owner.token(Scope.READ)).status == 200
    assert people.ask("GET", "/sign-ins", people.a.member.cookie).status == 200


def test_browsers_are_told_apart_and_ended_one_by_one(people: People) -> None:
    """The list names each browser by what is no secret; somebody else's does not exist."""
    here = way_in(sign_in(people, headers={"User-Agent": "Phone \x01"}))
    listed = people.ask("GET", "/sign-ins", here).json()
    assert [each["agent"] for each in listed["signIns"]] == ["Phone ?", "tests"]
    assert [each["current"] for each in listed["signIns"]] == [True, False]
    phone, other = (each["signInId"] for each in listed["signIns"])
    assert here["Cookie"] not in str(listed)
    for stranger in (people.a.member.cookie, people.b.owner.cookie):
        assert people.ask("DELETE", f"/sign-ins/{phone}", stranger).status == 404
    assert people.ask("DELETE", "/sign-ins/0123456789abcdef", here).status == 404
    assert people.ask("DELETE", "/sign-ins/\0", here).status == 404
    assert people.ask("DELETE", f"/sign-ins/{other}", here).status == 204
    assert people.ask("GET", "/sign-ins", people.a.owner.cookie).status == 401
    reply = people.ask("DELETE", f"/sign-ins/{phone}", here)
    assert cookie_of(reply)["max-age"] == "0"


def test_a_token_cannot_sign_anybody_out(people: People) -> None:
    """One that leaked must not throw people out."""
    token = people.a.owner.token(Scope.READ)
    (listed,) = people.ask("GET", "/sign-ins", token).json()["signIns"]
    assert not listed["current"]
    assert people.ask("DELETE", "/sign-ins", token).status == 403
    assert people.ask("DELETE", f"/sign-ins/{listed['signInId']}", token).status == 403


def change(people: People, way: Mapping[str, str], old: str, new: str) -> Reply:
    """Change a password."""
    return people.ask("PUT", "/users/me/password", way, {"oldPassword": old, "newPassword": new})


def test_a_new_password_ends_the_other_browsers(people: People) -> None:
    """The old one is no use from then on, and this browser stays signed in."""
    here = way_in(sign_in(people))
    assert change(people, here, PASSWORD, "quite another one").status == 204
    assert people.ask("GET", "/sign-ins", people.a.owner.cookie).status == 401
    assert people.ask("GET", "/sign-ins", here).status == 200
    assert sign_in(people).status == 401
    assert sign_in(people, password="quite another one").status == 200


def test_a_bad_change_of_password_is_refused_by_field(people: People) -> None:
    """The old one has to be right, the new one good, and no token will do."""
    here = people.a.owner.cookie
    for old, new, field in (
        ("wrong", "quite another one", "oldPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "password123", "newPassword"),
    ):
        reply = change(people, here, old, new)
        assert reply.status == 422
        assert [each["field"] for each in reply.json()["fields"]] == [field]
    token = people.a.owner.token(Scope.MANAGE)
    assert change(people, token, PASSWORD, "quite another one").status == 403
    assert sign_in(people).status == 200


def test_guessing_gets_slow_where_it_comes_from(people: People) -> None:
    """After five wrong ones 429 with how long to wait, even for the right one; elsewhere it signs in."""
    clock = clock_of_now()
    house = behind(people, clock)
    for _ in range(5):
        assert sign_in(house, password="wrong", client=HERE).status == 401
    refused = sign_in(house, client=HERE)
    assert refused.status == 429
    assert refused.json()["error"] == "TooManyRequests"
    assert refused.headers["retry-after"] == "1"
    assert sign_in(house, client=ELSEWHERE).status == 200
    clock.advance(timedelta(seconds=1))
    assert sign_in(house, client=HERE).status == 200


@pytest.mark.slow
def test_ten_thousand_guesses_keep_nobody_out(people: People) -> None:
    """Known and unknown e-mail are told the same all along; the right password comes in from elsewhere."""
    clock = clock_of_now()
    house = behind(people, clock)
    told: dict[str, list[tuple[int, str]]] = {"owner-a@example.org": [], "nobody@example.org": []}
    for index in range(5_000):
        if index % 100 == 99:
            clock.advance(timedelta(seconds=61))
        for number, (email, said) in enumerate(told.items()):
            reply = sign_in(house, email, f"guess {index}", client=f"203.0.113.{number}")
            said.append((reply.status, reply.json()["message"]))
        if index % 500 == 499:
            assert sign_in(house, client=ELSEWHERE).status == 200
    known, unknown = told.values()
    assert known == unknown
    assert {status for status, _ in known} == {401, 429}
    assert sum(status == 401 for status, _ in known) < 100
