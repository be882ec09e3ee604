"""Handing out tokens, and refreshing ahead of time."""

from datetime import timedelta

import pytest

from grants.desk import APP_BROKEN, AWAY, REFUSED, SLOW_DOWN, Desk
from spottypottysense.errors import Unavailable
from spottypottysense.grants.model import Grant, GrantState, Secret
from spottypottysense.grants.policy import LEASE, RETESTS
from spottypottysense.reasons import Reason


def test_token_is_read_while_it_is_good(desk: Desk) -> None:
    """Up to the margin no call is made; from there on a fresh one is fetched first."""
    first = desk.connect().access_token.reveal()
    desk.later(55)
    assert (desk.token(), desk.provider.asked["anna"]) == (first, 0)
    desk.later(1)
    second = desk.token()
    assert second != first
    assert (desk.token(), desk.provider.asked["anna"]) == (second, 1)
    assert desk.grants.client_of("anna") == "client"


def test_attempt_is_written_before_spotify_is_asked(desk: Desk) -> None:
    """Who looks while Spotify thinks sees whose attempt it is; afterwards it is gone."""
    desk.connect()
    desk.later(56)
    seen: list[Grant] = []
    desk.meanwhile(lambda: seen.append(desk.store.grant("anna")))
    desk.token()
    assert seen[0].attempt is not None
    assert (seen[0].attempt.owner, seen[0].attempt.until) == ("process", desk.clock.now() + LEASE)
    assert desk.store.grant("anna").attempt is None


def test_refused_token_is_never_handed_out_again(desk: Desk) -> None:
    """After a 401 a token that looks good is replaced; whoever comes with the old one gets the new one."""
    refused = desk.connect().access_token
    fresh = desk.token("anna", refused)
    assert desk.token("anna", refused) == fresh
    assert desk.provider.asked["anna"] == 1
    desk.storm(AWAY)
    with pytest.raises(Unavailable):
        desk.token("anna", Secret(fresh))


def test_spotify_gives_the_refused_token_again(desk: Desk) -> None:
    """It is not handed out, and each who asks is told to wait."""
    refused = desk.connect().access_token
    desk.provider.repeats = refused.reveal()
    with pytest.raises(Unavailable, match="very token"):
        desk.token("anna", refused)


def test_life_is_counted_from_the_question(desk: Desk) -> None:
    """An answer that took its time brings a token that is older than it looks."""
    desk.connect()
    desk.later(56)
    asked_at = desk.clock.now()
    desk.meanwhile(lambda: desk.later(seconds=19))
    desk.token()
    assert desk.store.grant("anna").expires_at == asked_at + timedelta(hours=1)


def test_spotify_away(desk: Desk) -> None:
    """A token that is not expired yet serves while Spotify is away; an expired one does not."""
    first = desk.connect().access_token.reveal()
    desk.storm(AWAY)
    desk.later(59)
    assert desk.token() == first
    desk.later(1)
    desk.refuses(Reason.SPOTIFY_UNAVAILABLE)
    desk.storm(None)
    assert desk.token() != first
    assert desk.watch.died == []


def test_nobody_connected(desk: Desk) -> None:
    """A user without a grant is asked to connect."""
    desk.refuses(Reason.NOT_CONNECTED)
    assert desk.grants.state_of("anna") is None


def test_revoked_grant(desk: Desk) -> None:
    """It is doubted, tested three times more, then dead: told once, kept, and asked for no more."""
    desk.connect()
    desk.provider.accounts["anna"].revoked = True
    desk.later(56)
    assert desk.grants.refresh_due().errors[0][:2] == ("anna", "NeedsPerson")
    assert desk.store.grant("anna").state is GrantState.DOUBTED
    assert desk.token()  # what lives still serves
    desk.later(4)
    desk.refuses(Reason.DOUBTED)
    desk.refuses(Reason.DOUBTED)
    assert desk.provider.asked["anna"] == 2
    desk.tick(60)
    desk.refuses(Reason.RECONNECT)
    assert desk.watch.died == [("anna", Reason.RECONNECT)]
    assert desk.provider.asked["anna"] == 4
    assert desk.store.grant("anna").refresh_token.reveal() == desk.provider.accounts["anna"].refresh_token
    desk.connect()
    assert desk.token()


def test_on_demand_a_revoked_grant_is_doubted_too(desk: Desk) -> None:
    """Who asks hears that it is doubted, not that somebody must connect; after the last test it is sure."""
    desk.connect()
    desk.provider.accounts["anna"].revoked = True
    desk.later(60)
    for wait in RETESTS:
        desk.refuses(Reason.DOUBTED)
        desk.clock.advance(wait)
    desk.refuses(Reason.RECONNECT)
    assert desk.watch.died == [("anna", Reason.RECONNECT)]


def test_end_of_consent(desk: Desk) -> None:
    """After six months one refusal is enough, and its reason is named."""
    desk.connect()
    desk.later(60 * 24 * 185)
    desk.refuses(Reason.CONSENT_ENDED)
    assert (desk.provider.asked["anna"], desk.watch.died) == (1, [("anna", Reason.CONSENT_ENDED)])


def test_previous_refresh_token_helps_once_a_rotation_went_wrong(desk: Desk) -> None:
    """Within its grace the one before is tried; the one that was accepted is kept."""
    desk.provider.rotates, desk.provider.grace = True, timedelta(minutes=10)
    before = desk.connect().refresh_token
    desk.grants.access_token_for("anna", desk.store.grant("anna").access_token)
    account = desk.provider.accounts["anna"]
    account.refresh_token, account.old = before.reveal(), {}  # Spotify fell back to a copy of its data
    desk.provider.rotates = False
    desk.grants.access_token_for("anna", desk.store.grant("anna").access_token)
    assert desk.store.grant("anna").refresh_token == before
    for _ in range(3):
        desk.later(56)
        assert desk.token()


def test_previous_refresh_token_is_not_tried_for_ever(desk: Desk) -> None:
    """After its grace, and when the app is at fault, one question is enough."""
    desk.provider.rotates = True
    desk.connect()
    desk.token("anna", desk.store.grant("anna").access_token)
    desk.storm(APP_BROKEN)
    asked = desk.provider.asked["anna"]
    desk.grants.access_token_for("anna", Secret("another"))
    desk.later(56)
    desk.storm(REFUSED)
    desk.grants.refresh_due()
    assert desk.provider.asked["anna"] == asked + 1


def test_report_of_a_pass(desk: Desk) -> None:
    """One user's failure never stops the others; who is not due is not asked for."""
    for user_id in ("anna", "ben", "cleo", "dan"):
        desk.connect(user_id)
    desk.later(56)
    desk.connect("eve")

    def weather(user_id: str) -> None:
        if user_id in ("anna", "cleo"):
            raise {"anna": REFUSED, "cleo": AWAY}[user_id]

    desk.provider.weather = weather
    told: list[tuple[int, int]] = []
    report = desk.grants.refresh_due(lambda done, of: told.append((done, of)))
    assert desk.provider.asked["eve"] == 0
    assert (report.queried, report.refreshed, report.skipped) == (4, 2, 0)
    assert [(user, error) for user, error, _ in report.errors] == [
        ("anna", "NeedsPerson"),
        ("cleo", "Unavailable"),
    ]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert desk.grants.refresh_due().queried == 0


def test_pushed_back_crew(desk: Desk) -> None:
    """Once Spotify asks us to slow down nobody of that app is asked about before the wait is over."""
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    desk.later(56)
    desk.storm(SLOW_DOWN)
    assert [error for _, error, _ in desk.grants.refresh_due().errors] == ["Unavailable"] * 2
    assert sum(desk.provider.asked.values()) == 1
    desk.storm(None)
    desk.grants.refresh_due()
    assert sum(desk.provider.asked.values()) == 1
    desk.tick(3)
    assert {desk.store.grant(user_id).failures for user_id in ("anna", "ben")} == {0}
