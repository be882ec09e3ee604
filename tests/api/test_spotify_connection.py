"""Connecting Spotify over HTTP: sent there, sent back, how it stands, and the end of it."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from api.people import People
from api.playing import Playing
from spottypottysense.access.model import Scope
from spottypottysense.grants.model import ClientApp
from spottypottysense.reasons import Reason
from spottypottysense.simulator.demo_world import CLIENT_ID, OWNER, PARTNER
from spottypottysense.simulator.remote import REDIRECT_URI

PASTED = {"redirectUri": REDIRECT_URI}


def local(url: str) -> str:
    """Return path and query of an address, as the browser asks for them."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_a_member_connects_his_own(playing: Playing) -> None:
    """The browser goes to Spotify and comes back signed in; then it stands as the table says."""
    people, member = playing.people, playing.people.a.member
    before = people.ask("GET", "/spotify/connection", member.cookie).json()
    assert (before["connected"], before["reason"], before["fix"]) == (False, "not_connected", "connect")
    begun = people.ask("POST", "/spotify/connect", member.cookie).json()
    assert begun["redirectUri"] == "http://127.0.0.1:8765/spotify/callback"
    assert begun["expiresAt"].endswith("Z")
    back = people.ask("GET", local(playing.consent_at(begun["url"], PARTNER)), member.cookie)
    assert (back.status, back.headers["location"]) == (303, "/app/?spotify=connected")
    after = people.ask("GET", "/spotify/connection", member.cookie)
    stands = after.json()
    assert (stands["connected"], stands["reason"], stands["fix"]) == (True, None, None)
    assert len(stands["accountId"]) == 3
    assert stands["consentEndsAt"].endswith("Z")
    grant = people.house.core.grants.state_of(member.user.id)
    assert grant is not None
    assert grant.account_id not in after.body.decode()
    trail = people.house.core.access.audit.entries(people.a.household_id)
    assert (trail[0].act, trail[0].subject) == ("added", f"Spotify of {member.user.email}")


def test_the_way_back_serves_once_and_its_own_user_alone(playing: Playing) -> None:
    """Neither the neighbour nor a housemate takes it, nor whoever is not signed in, nor anybody twice."""
    people, member = playing.people, playing.people.a.member
    for other in (people.b.owner, people.b.member):
        begun = people.ask("POST", "/spotify/connect", member.cookie).json()
        back = local(playing.consent_at(begun["url"], PARTNER))
        assert people.ask("GET", back).status == 401
        assert people.ask("GET", back, member.token(Scope.READ)).status == 403
        assert people.ask("GET", back, other.cookie).headers["location"] == "/app/?spotify=invalid"
        assert people.ask("GET", back, member.cookie).headers["location"] == "/app/?spotify=invalid"
    begun = people.ask("POST", "/spotify/connect", people.a.owner.cookie).json()
    back = local(playing.consent_at(begun["url"], OWNER))
    assert people.ask("GET", back, member.cookie).headers["location"] == "/app/?spotify=invalid"
    assert not people.ask("GET", "/spotify/connection", member.cookie).json()["connected"]


def test_an_owner_connects_others(playing: Playing) -> None:
    """Of the household, by browser or pasted; a member does it for nobody else."""
    people, member = playing.people, playing.people.a.member
    wish = {"userId": member.user.id} | PASTED
    begun = people.ask("POST", "/spotify/connect", people.a.owner.cookie, wish).json()
    returned = {"redirectUrl": playing.consent_at(begun["url"], PARTNER)}
    answered = people.ask("POST", "/spotify/connection", people.a.owner.cookie, returned)
    assert answered.status == 200
    assert (answered.json()["userId"], answered.json()["connected"]) == (member.user.id, True)
    of_member = f"/spotify/connection?userId={member.user.id}"
    assert people.ask("GET", of_member, people.a.owner.cookie).json()["connected"]
    of_owner = {"userId": people.a.owner.user.id}
    assert people.ask("POST", "/spotify/connect", member.cookie, of_owner).status == 403
    assert people.ask("POST", "/spotify/connect", people.a.owner.token(Scope.CONTROL), wish).status == 403
    for way_in in (people.b.owner.cookie, people.b.member.cookie):
        assert people.ask("POST", "/spotify/connect", way_in, wish).status == 404
        assert people.ask("GET", of_member, way_in).status == 404
        assert people.ask("DELETE", of_member, way_in).status == 404
    assert (
        people.ask("GET", f"/spotify/connection?userId={people.a.owner.user.id}", member.cookie).status == 403
    )
    assert people.ask("DELETE", of_member, people.a.owner.cookie).status == 200


def test_another_account_is_not_taken_by_mistake(playing: Playing) -> None:
    """It is refused until somebody says that it replaces the one before."""
    people, way_in = playing.people, playing.people.a.owner.cookie
    for replace, status in ((False, 403), (True, 200)):
        begun = people.ask("POST", "/spotify/connect", way_in, PASTED).json()
        assert "show_dialog=true" in begun["url"]
        body = {"redirectUrl": playing.consent_at(begun["url"], PARTNER), "replace": replace}
        reply = people.ask("POST", "/spotify/connection", way_in, body)
        assert reply.status == status
        if not replace:
            assert reply.json()["reason"] == "other_account"
            stands = people.ask("GET", "/spotify/connection", way_in).json()
            assert stands["connected"]
            before = stands["accountId"]
    assert reply.json()["accountId"] != before


def test_who_does_not_agree_is_told(playing: Playing) -> None:
    """The reason is in the address of the dashboard, or in the answer where the address was pasted."""
    people, way_in = playing.people, playing.people.a.member.cookie
    playing.spotify.post("faults", name="access_denied", count=2)
    begun = people.ask("POST", "/spotify/connect", way_in).json()
    back = people.ask("GET", local(playing.consent_at(begun["url"], PARTNER)), way_in)
    assert back.headers["location"] == "/app/?spotify=consent_denied"
    begun = people.ask("POST", "/spotify/connect", way_in, PASTED).json()
    body = {"redirectUrl": playing.consent_at(begun["url"], PARTNER)}
    reply = people.ask("POST", "/spotify/connection", way_in, body)
    assert (reply.status, reply.json()["reason"]) == (403, "consent_denied")


def test_the_end_of_a_connection(playing: Playing) -> None:
    """What remains is said, and that it happened is in the trail; twice there is nothing to end."""
    people, owner = playing.people, playing.people.a.owner
    ended = people.ask("DELETE", "/spotify/connection", owner.cookie)
    assert ended.status == 200
    assert owner.user.email in ended.json()["message"]
    remains = " ".join(ended.json()["remains"])
    assert "spotify.com/account/apps" in remains
    assert "30 days" in remains
    assert people.a.room.name in remains
    assert people.house.core.access.audit.entries(people.a.household_id)[0].act == "removed"
    assert people.ask("GET", "/spotify/connection", owner.cookie).json()["reason"] == "not_connected"
    assert people.ask("DELETE", "/spotify/connection", owner.cookie).status == 404


def test_how_it_stands(playing: Playing) -> None:
    """The trouble of the app comes before the user's own, and an app that is gone is said."""
    people, core, way_in = playing.people, playing.people.house.core, playing.people.a.owner.cookie
    for reason in (Reason.MASS_REFUSALS, Reason.APP_MISCONFIGURED):
        core.notices.tell(CLIENT_ID, reason)
        stands = people.ask("GET", "/spotify/connection", way_in).json()
        assert (stands["connected"], stands["reason"]) == (True, reason)
        core.notices.settle(CLIENT_ID, reason)
    assert people.ask("GET", "/spotify/connection", way_in).json()["reason"] is None
    people.house.apps.set_app(people.a.household_id, ClientApp("gone"))
    begun = core.connections.begin(people.a.owner.user.id, REDIRECT_URI)
    assert begun.client_id == "gone"


def test_a_connection_that_cannot_begin(people: People) -> None:
    """The field is named, and nothing is begun."""
    wrong: list[tuple[Any, str]] = [
        ({"redirectUri": "http://house.example/callback"}, "redirectUri"),
        ({"redirectUri": "http://localhost:8765/spotify/callback"}, "redirectUri"),
        ({"redirectUri": "javascript:alert(1)"}, "redirectUri"),
        ({"redirectUri": "https://[::1"}, "redirectUri"),
        ({"redirectUri": ""}, "redirectUri"),
        ({"redirectUri": "https://" + "x" * 600}, "redirectUri"),
        ({"redirectUri": 5}, "redirectUri"),
        ({"userId": "a\u2028b"}, "userId"),
        ({"state": "mine"}, "state"),
    ]
    for body, field in wrong:
        reply = people.ask("POST", "/spotify/connect", people.a.owner.cookie, body)
        assert reply.status == 422, body
        assert reply.json()["fields"][0]["field"] == field


def test_an_address_that_holds_no_answer(people: People) -> None:
    """It is refused, and says how to copy the right one; a way back of that kind ends at the dashboard."""
    here, way_in = "http://127.0.0.1/callback", people.a.owner.cookie
    for address in ("", "x", here, "http://[/?code=c&state=s", f"{here}?code=c", "x" * 5000, None, 5):
        reply = people.ask("POST", "/spotify/connection", way_in, {"redirectUrl": address})
        assert (reply.status, reply.json()["fields"][0]["field"]) == (422, "redirectUrl"), address
    for query in ("", "?state=", "?state=%00&code=%ff", "?code=c", "?state=s", "?error=e&state=s"):
        back = people.ask("GET", f"/spotify/callback{query}", way_in)
        assert (back.status, back.headers["location"]) == (303, "/app/?spotify=invalid"), query


def test_no_secret_is_told(playing: Playing, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the code nor the state is in an answer or the log, whatever becomes of them."""
    people, way_in = playing.people, playing.people.a.owner.cookie
    with caplog.at_level("DEBUG", logger="spotty"):
        body = {"redirectUrl": "http://127.0.0.1/?code=hush-code&state=hush-state"}
        told = [people.ask("POST", "/spotify/connection", way_in, body)]
        told.append(people.ask("GET", "/spotify/callback?code=hush-code&state=hush-state", way_in))
        told.append(people.ask("POST", "/spotify/connection", way_in, {"redirectUrl": ["hush-code"]}))
    assert all(b"hush" not in reply.body + str(reply.headers).encode() for reply in told)
    assert "hush" not in caplog.text
