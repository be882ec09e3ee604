"""Connecting, handing out tokens, and refreshing ahead of time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local

import pytest

from grants.desk import Desk
from spottypottysense.errors import NeedsPerson, Unavailable
from spottypottysense.grants.model import Grant, GrantState, Secret
from spottypottysense.reasons import Reason

DEAD = NeedsPerson(Reason.RECONNECT)
AWAY = Unavailable("Spotify did not answer.")


def raising(error: Exception, *users: str) -> Callable[[str], None]:
    """Return a hook that raises for these users, or for all."""

    def fail(user_id: str) -> None:
        if not users or user_id in users:
            raise error

    return fail


def refused_with(desk: Desk, reason: Reason) -> None:
    """Assert that no token is handed out, for this reason."""
    with pytest.raises(NeedsPerson) as caught:
        desk.token()
    assert caught.value.reason is reason


def test_connecting(desk: Desk) -> None:
    """A code becomes a working grant, and whoever waits for it is told."""
    grant = desk.connect()
    assert (grant.client_id, grant.state, grant.version) == ("client", GrantState.WORKING, 1)
    assert (desk.grants.state_of("anna"), desk.grants.state_of("ben")) == (GrantState.WORKING, None)
    assert desk.connected == ["anna"]


@pytest.mark.parametrize("lacking", ["scope", "refresh_token"])
def test_connecting_without_permission(desk: Desk, lacking: str) -> None:
    """Who does not allow playback is asked to, and nothing is kept."""
    if lacking == "scope":
        desk.endpoint.scope = frozenset({"user-read-playback-state"})
    else:
        desk.endpoint.refresh_token = None
    with pytest.raises(NeedsPerson) as caught:
        desk.connect()
    assert caught.value.reason is Reason.SCOPE_MISSING
    assert desk.grants.state_of("anna") is None


def test_token_is_read_while_it_is_good(desk: Desk) -> None:
    """Up to the margin no call is made; from there on a fresh one is fetched first."""
    desk.connect()
    desk.later(54)
    assert desk.token() == "access-1"
    desk.later(1)
    assert desk.token() == "access-2"
    assert desk.token() == "access-2"
    assert desk.endpoint.asked == ["code of anna", "anna"]


def test_many_at_once_ask_once(desk: Desk) -> None:
    """Of 32 threads that find a token too old, one goes to Spotify, and all use what it brings."""
    desk.connect()
    desk.later(56)
    read, all_have_read = desk.store.grant, Barrier(33)
    first_time = local()

    def read_together(user_id: str) -> Grant:
        found = read(user_id)
        if not hasattr(first_time, "over"):
            first_time.over = True
            all_have_read.wait(10)
        return found

    desk.store.grant = read_together  # type: ignore[method-assign]
    with ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(desk.token) for _ in range(32)]
        all_have_read.wait(10)
        assert {answer.result(10) for answer in asked} == {"access-2"}
    assert desk.endpoint.asked.count("anna") == 1


def test_refused_token_is_never_handed_out_again(desk: Desk) -> None:
    """After a 401 a token that looks good is replaced; whoever comes with the old one gets the new one."""
    desk.connect()
    refused = Secret("access-1")
    assert desk.grants.access_token_for("anna", refused) == Secret("access-2")
    assert desk.grants.access_token_for("anna", refused) == Secret("access-2")
    desk.endpoint.before = raising(AWAY)
    with pytest.raises(Unavailable):
        desk.grants.access_token_for("anna", Secret("access-2"))


def test_spotify_away(desk: Desk) -> None:
    """A token that is not expired yet serves while Spotify is away; an expired one does not."""
    desk.connect()
    desk.endpoint.before = raising(AWAY)
    desk.later(59)
    assert desk.token() == "access-1"
    desk.later(1)
    with pytest.raises(Unavailable):
        desk.token()
    desk.endpoint.before = lambda _: None
    assert desk.token().startswith("access-")
    assert desk.died == []


def test_nobody_connected(desk: Desk) -> None:
    """A user without a grant is asked to connect."""
    refused_with(desk, Reason.NOT_CONNECTED)


def test_dead_grant(desk: Desk) -> None:
    """A grant that Spotify refuses is set aside, kept, told of once, and asked for no more."""
    desk.connect()
    desk.later(56)
    desk.endpoint.before = raising(DEAD)
    for _ in range(3):
        refused_with(desk, Reason.RECONNECT)
        assert desk.grants.refresh_due().refreshed == 0
    assert desk.died == [("anna", Reason.RECONNECT)]
    assert desk.endpoint.asked.count("anna") == 1
    assert desk.store.grant("anna").refresh_token == Secret("refresh")
    desk.endpoint.before = lambda _: None
    desk.connect()
    assert desk.grants.state_of("anna") is GrantState.WORKING


def test_our_app_is_broken(desk: Desk) -> None:
    """When our own credentials are refused, no user's grant is marked."""
    desk.connect()
    desk.later(56)
    desk.endpoint.before = raising(NeedsPerson(Reason.APP_MISCONFIGURED))
    refused_with(desk, Reason.APP_MISCONFIGURED)
    assert (desk.grants.state_of("anna"), desk.died) == (GrantState.WORKING, [])


def test_somebody_else_was_faster(desk: Desk) -> None:
    """Another process refreshed meanwhile: its token is the one to use."""
    desk.connect()
    desk.later(56)
    others = desk.another()

    def overtake(_: str) -> None:
        desk.endpoint.before = lambda _: None
        others.refresh_due()

    desk.endpoint.before = overtake
    assert desk.token() == "access-3"
    assert desk.store.grant("anna").access_token == Secret("access-3")


def test_refusal_of_an_old_grant(desk: Desk) -> None:
    """What is refused was replaced meanwhile: the new grant works, and nobody is told to reconnect."""
    desk.connect()
    desk.later(56)
    others = desk.another()

    def overtake(_: str) -> None:
        desk.endpoint.before = lambda _: None
        others.refresh_due()
        raise DEAD

    desk.endpoint.before = overtake
    assert desk.token() == "access-3"
    assert (desk.grants.state_of("anna"), desk.died) == (GrantState.WORKING, [])


def test_refresh_of_all_that_is_due(desk: Desk) -> None:
    """One user's failure never stops the others; who is not due is not asked for."""
    for user in ("anna", "ben", "cleo", "dan"):
        desk.connect(user)
    desk.later(56)
    desk.connect("eve")
    desk.endpoint.asked.clear()
    desk.endpoint.before = lambda user: raising(DEAD, "anna")(user) or raising(AWAY, "cleo")(user)
    report = desk.grants.refresh_due()
    assert desk.endpoint.asked == ["anna", "ben", "cleo", "dan"]
    assert (report.queried, report.refreshed, report.skipped) == (4, 2, 0)
    assert [(user, error) for user, error, _ in report.errors] == [
        ("anna", "NeedsPerson"),
        ("cleo", "Unavailable"),
    ]
    assert desk.grants.refresh_due().queried == 1


def test_refreshed_between_question_and_turn(desk: Desk) -> None:
    """A grant that was due when the list was made, and is not any more, is skipped."""
    desk.connect("anna")
    desk.connect("ben")
    desk.later(56)

    def both(_: str) -> None:
        desk.endpoint.before = lambda _: None
        desk.token("ben")

    desk.endpoint.before = both
    report = desk.grants.refresh_due()
    assert (report.queried, report.refreshed, report.skipped, report.errors) == (2, 1, 1, ())


def cannot_unseal(user_id: str) -> Grant:
    """Refuse: the key that sealed this grant is lost."""
    raise NeedsPerson(Reason.RECONNECT, user_id)


def test_grant_that_cannot_be_unsealed(desk: Desk) -> None:
    """With a lost key a grant counts as dead, and connecting anew replaces it."""
    desk.connect()
    read = desk.store.grant
    desk.store.grant = cannot_unseal  # type: ignore[method-assign]
    assert desk.grants.state_of("anna") is GrantState.DEAD
    refused_with(desk, Reason.RECONNECT)
    desk.connect()
    desk.store.grant = read  # type: ignore[method-assign]
    assert desk.token() == "access-2"


def test_consent_keeps_its_date(desk: Desk) -> None:
    """Consent is dated when it was given, and a refresh does not change that."""
    given = desk.connect().consented_at
    desk.later(56)
    desk.token()
    assert desk.store.grant("anna").consented_at == given
