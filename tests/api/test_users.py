"""The caller as a person, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from api.people import People
from spottypottysense.access.model import Scope
from spottypottysense.playback.model import KnownSpeaker
from spottypottysense.runtimes.appliance.sqlite.playback import SqliteKnownSpeakers
from spottypottysense.sensors.model import Speaker


def test_who_i_am(people: People) -> None:
    """The reference's user, with the household's values and what is known of Spotify."""
    user = people.a.owner.user
    speakers = SqliteKnownSpeakers(people.house.database)
    speakers.keep(KnownSpeaker(user.id, "Bath", "Speaker", "abc", people.house.clock.now()))
    speakers.keep(KnownSpeaker(user.id, "Hall", "TV", "def", people.house.clock.now()))
    people.house.core.sensors.change_room(
        people.a.room.id, speaker=Speaker("Bath"), content="spotify:album:1"
    )
    me = people.ask("GET", "/users/me", people.a.owner.cookie).json()["user"]
    assert me.pop("createdAt") == me.pop("updatedAt")
    assert me == {
        "userId": user.id,
        "householdId": people.a.household_id,
        "email": "owner-a@example.org",
        "name": "",
        "role": "owner",
        "active": True,
        "timeZone": "Europe/Berlin",
        "spotifyConnected": False,
        "spotifyDevices": [
            {
                "deviceId": "abc",
                "deviceName": "Bath",
                "type": "Speaker",
                "defaultPlaylist": "spotify:album:1",
            },
            {"deviceId": "def", "deviceName": "Hall", "type": "TV"},
        ],
        "preferences": {
            "globalTimeoutMinutes": 5,
            "globalMotionGapMinutes": 2,
            "quietHoursEnabled": False,
            "quietHoursStart": None,
            "quietHoursEnd": None,
            "notifications": {"email": False, "push": False},
        },
    }


def test_an_owner_changes_the_house_here_too(people: People) -> None:
    """Name, time zone and preferences; the household has them."""
    change = {
        "name": "Anna",
        "timeZone": "Asia/Tokyo",
        "preferences": {"globalTimeoutMinutes": 7, "globalMotionGapMinutes": 1.5, "quietHoursEnabled": True},
    }
    reply = people.ask("PUT", "/users/me", people.a.owner.cookie, change)
    me = reply.json()["user"]
    assert (reply.status, me["name"], me["timeZone"]) == (200, "Anna", "Asia/Tokyo")
    household = people.house.core.accounts.household(people.a.household_id)
    assert (household.timeout, household.motion_gap) == (timedelta(minutes=7), timedelta(seconds=90))
    preferences = me["preferences"]
    assert (preferences["quietHoursStart"], preferences["quietHoursEnd"]) == ("22:00", "07:00")


@pytest.mark.parametrize(
    ("change", "hours"),
    [
        ({"quietHoursStart": "23:00"}, ("23:00", "07:00")),
        ({"quietHoursEnd": "08:15"}, ("22:00", "08:15")),
        ({"quietHoursEnabled": False}, (None, None)),
        ({"quietHoursEnabled": False, "quietHoursEnd": "08:15"}, (None, None)),
        ({"globalTimeoutMinutes": 1}, ("22:00", "07:00")),
        ({}, ("22:00", "07:00")),
    ],
)
def test_quiet_hours_by_parts(people: People, change: dict[str, Any], hours: tuple[str, str]) -> None:
    """What is not named stays as it was."""
    owner = people.a.owner.cookie
    people.ask("PUT", "/users/me", owner, {"preferences": {"quietHoursEnabled": True}})
    preferences = people.ask("PUT", "/users/me", owner, {"preferences": change}).json()["user"]["preferences"]
    assert (preferences["quietHoursStart"], preferences["quietHoursEnd"]) == hours


def test_a_member_changes_his_name_alone(people: People) -> None:
    """The household's values are the owners'; a token that only reads changes nothing at all."""
    member = people.a.member
    assert people.ask("PUT", "/users/me", member.cookie, {"name": "Ben"}).json()["user"]["name"] == "Ben"
    before = people.ask("GET", "/users/me", member.cookie).body
    for change in ({"timeZone": "UTC"}, {"name": "X", "preferences": {"globalTimeoutMinutes": 1}}):
        assert people.ask("PUT", "/users/me", member.cookie, change).status == 403
    assert people.ask("PUT", "/users/me", member.token(Scope.READ), {"name": "X"}).status == 403
    assert (
        people.ask("PUT", "/users/me", people.a.owner.token(Scope.CONTROL), {"timeZone": "UTC"}).status == 403
    )
    assert people.ask("GET", "/users/me", member.cookie).body == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "x@example.org"}, "email"),
        ({"role": "owner"}, "role"),
        ({"name": 5}, "name"),
        ({"timeZone": "Nowhere"}, "timeZone"),
        ({"preferences": {"globalTimeoutMinutes": 300}}, "preferences.globalTimeoutMinutes"),
        ({"preferences": {"quietHoursStart": "7 pm"}}, "preferences.quietHoursStart"),
        ({"preferences": {"loud": True}}, "preferences.loud"),
    ],
)
def test_what_cannot_be(people: People, body: dict[str, Any], field: str) -> None:
    """422 names the field as the caller wrote it."""
    reply = people.ask("PUT", "/users/me", people.a.owner.cookie, body)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, field)
