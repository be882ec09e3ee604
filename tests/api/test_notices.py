"""Notices: about one's own household, and for owners about the app that it connects through."""

from typing import Any

from api.people import Home, People, Person
from spottypottysense.access.model import Scope
from spottypottysense.grants.model import ClientApp
from spottypottysense.reasons import Reason
from spottypottysense.simulator.demo_world import CLIENT_ID


def about_apps(people: People, person: Person) -> list[dict[str, Any]]:
    """Return what somebody is told of Spotify apps."""
    notices = people.ask("GET", "/notices", person.cookie).json()["notices"]
    return [notice for notice in notices if notice["clientId"] is not None]


def acknowledged(people: People, notice: dict[str, Any], person: Person) -> int:
    """Acknowledge a notice as somebody, and return the status of the answer."""
    return people.ask("POST", f"/notices/{notice['noticeId']}/acknowledge", person.cookie).status


def test_a_household_sees_its_own(people: People) -> None:
    """With whom it is about, the sentence and what mends it; nothing of the neighbours."""
    for home in (people.a, people.b):
        for person in (home.owner, home.member):
            page = people.ask("GET", "/notices", person.token(Scope.READ)).json()
            (notice,) = page["notices"]
            assert page["count"] == 1
            assert notice["noticeId"] == home.notice.id
            assert (notice["email"], notice["userId"]) == (home.owner.user.email, home.owner.user.id)
            assert (notice["reason"], notice["fix"], notice["clientId"]) == ("reconnect", "connect", None)
            assert notice["sentence"].startswith("Spotify no longer accepts")
            assert notice["acknowledgedAt"] is None


def test_what_is_known_is_shown_no_more(people: People) -> None:
    """Unless it is asked for; a notice that is settled is gone for good."""
    way_in, path = people.a.member.cookie, f"/notices/{people.a.notice.id}/acknowledge"
    assert people.ask("POST", path, people.b.owner.cookie).status == 404
    assert people.ask("POST", path, people.a.owner.token(Scope.READ)).status == 403
    known = people.ask("POST", path, way_in)
    assert known.status == 200
    assert known.json()["notice"]["acknowledgedAt"].endswith("Z")
    assert _count(people, people.a) == 0
    assert _count(people, people.a, "?acknowledged=true") == 1
    people.house.core.notices.settle(people.a.owner.user.id, Reason.RECONNECT)
    assert _count(people, people.a, "?acknowledged=true") == 0
    assert people.ask("POST", path, way_in).status == 404


def test_an_app_of_all_is_told_to_owners(people: People) -> None:
    """Each owner sees it; but one household does not settle it for the other."""
    people.house.core.notices.tell(CLIENT_ID, Reason.APP_MISCONFIGURED)
    for home in (people.a, people.b):
        (notice,) = about_apps(people, home.owner)
        assert (notice["clientId"], notice["fix"]) == (CLIENT_ID, "set_up_app")
        assert not about_apps(people, home.member)
        assert acknowledged(people, notice, home.owner) == 403
        assert acknowledged(people, notice, home.member) == 404


def test_an_app_of_ones_own_is_ones_own(people: People) -> None:
    """Its owner sees and acknowledges it, the neighbour knows nothing of it."""
    people.house.apps.set_app(people.a.household_id, ClientApp("app-of-a"))
    people.house.core.notices.tell("app-of-a", Reason.MASS_REFUSALS)
    (notice,) = about_apps(people, people.a.owner)
    assert not about_apps(people, people.b.owner)
    assert acknowledged(people, notice, people.b.owner) == 404
    assert acknowledged(people, notice, people.a.owner) == 200


def _count(people: People, home: Home, query: str = "") -> int:
    return int(people.ask("GET", f"/notices{query}", home.member.cookie).json()["count"])
