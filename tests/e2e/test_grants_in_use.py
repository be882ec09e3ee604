"""Grants that expire, are revoked, or are slowed down, while somebody walks through the house."""

import logging
from datetime import timedelta

import pytest

from devices.device import eventually
from e2e.living import KITCHEN, Living, account_of, calls, commands, fault, make_due
from spottypottysense.grants.policy import RETESTS
from spottypottysense.reasons import Reason
from spottypottysense.simulator.demo_world import OWNER
from spottypottysense.simulator.remote import REDIRECT_URI, Remote


def _refreshes(spotify: Remote) -> int:
    grants = spotify.get("state")["grants"]
    return sum(grant["refreshes"] for grant in grants if grant["account"] == OWNER)


def test_a_token_that_spotify_let_expire_is_replaced(home: Living) -> None:
    """Spotify refuses the token early; the motion plays all the same, after one refresh."""
    before = _refreshes(home.spotify)
    home.spotify.post("expire_access", account=OWNER)
    home.moves()
    assert home.waits_for(Reason.STARTED)
    assert _refreshes(home.spotify) == before + 1


def test_a_day_later_the_music_still_plays(home: Living) -> None:
    """Spotify's clock runs a day ahead: every token is dead, no motion notices; the second visit resumes."""
    home.spotify.post("clock", advance=86_400)
    for visit, reason in enumerate((Reason.STARTED, Reason.RESUMED), start=1):
        home.moves()
        assert home.waits_for(reason)
        assert home.falls_silent()
        assert commands(home.spotify, OWNER).count("play") == visit


def test_short_lives_are_refreshed_in_the_background(home: Living) -> None:
    """A token that lives for ten seconds is renewed before anybody needs it."""
    home.spotify.post("clock", access_life=10)
    home.spotify.post("expire_access")
    home.moves()
    assert home.waits_for(Reason.STARTED)
    before = _refreshes(home.spotify)

    def renewed() -> bool:
        home.house.core.grants.refresh_due()  # the ticker's own pass may be the one that finds it due
        return _refreshes(home.spotify) > before

    assert eventually(renewed)


def _dies(home: Living) -> None:
    """Let the owner's grant be revoked, met by a visit, and tested again as often as it takes."""
    home.spotify.post("revoke", account=OWNER)
    home.moves()
    assert home.waits_for(Reason.DOUBTED)
    assert home.falls_silent()
    assert home.house.core.notices.unsettled() == ()
    for _ in RETESTS:
        make_due(home.house)
        home.house.core.grants.refresh_due()


def test_a_revoked_grant_is_told_once(home: Living, caplog: pytest.LogCaptureFixture) -> None:
    """Doubted at first, dead when tested again; every visit has the reason, the person is told once."""
    caplog.set_level(logging.WARNING)
    _dies(home)
    for visit in range(1, 3):
        home.moves()
        assert eventually(lambda seen=visit: home.outcomes().count(Reason.RECONNECT) == seen)  # type: ignore[misc]
        assert home.falls_silent()
        home.house.core.notices.deliver_pending()
    assert [record.message for record in caplog.records].count("notice") == 1
    (notice,) = home.house.core.notices.unsettled()
    assert notice.reason is Reason.RECONNECT
    assert commands(home.spotify, OWNER) == []


def test_connecting_again_brings_the_music_back(home: Living) -> None:
    """A new consent settles the notice, and the next visit plays."""
    _dies(home)
    (notice,) = home.house.core.notices.unsettled()
    connections = home.house.core.connections
    pending = connections.begin(notice.subject, REDIRECT_URI)
    connections.finish(notice.subject, pending.state, home.spotify.consent("demo-client", OWNER))
    assert home.house.core.notices.unsettled() == ()
    home.moves()
    assert home.waits_for(Reason.STARTED)


def test_a_rate_limit_is_not_hammered(home: Living) -> None:
    """One refusal keeps everybody away for as long as Spotify asks, in every room and every visit."""
    fault(home.spotify, "rate_limited", path="/v1/", retry_after=60)
    home.moves()
    assert home.waits_for(Reason.RATE_LIMITED)
    refused = len(calls(home.spotify))
    assert refused == 1
    assert home.falls_silent()
    home.moves()
    home.moves(KITCHEN)
    assert eventually(lambda: home.outcomes() == [Reason.RATE_LIMITED] * 2)
    assert home.waits_for(Reason.RATE_LIMITED, KITCHEN)
    assert len(calls(home.spotify)) == refused


def test_a_short_wait_is_sat_out(home: Living) -> None:
    """When Spotify asks for a second, the music of this visit starts a second later."""
    home.waits_in_rooms(timedelta(seconds=10))
    fault(home.spotify, "rate_limited", path="/v1/", retry_after=1, count=1)
    home.moves()
    assert home.waits_for(Reason.STARTED)
    first, second = (call["monotonic_ns"] for call in calls(home.spotify, OWNER)[:2])
    assert second - first >= 1_000_000_000


def test_the_days_quota_is_told(home: Living) -> None:
    """A used-up quota has a reason of its own."""
    fault(home.spotify, "quota_exceeded")
    home.moves()
    assert home.waits_for(Reason.QUOTA_EXCEEDED)


@pytest.mark.parametrize(("name", "reason"), [("plain_403", Reason.NOT_ON_ALLOWLIST)])
def test_what_only_a_person_can_mend(home: Living, name: str, reason: Reason) -> None:
    """The reason says who must do what."""
    fault(home.spotify, name)
    home.moves()
    assert home.waits_for(reason)
    assert not account_of(home.spotify, OWNER)["playing"]
