"""Spotify's bad hours: nobody is declared dead, one person is told once, and all works again by itself."""

from datetime import timedelta

import pytest

from grants.desk import APP_BROKEN, AWAY, REFUSED, SLOW_DOWN, Desk
from memory.home import PretendHome
from spottypottysense.errors import NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import GrantState
from spottypottysense.grants.policy import CANARIES
from spottypottysense.reasons import Reason


def connected(desk: Desk, users: int) -> list[str]:
    """Connect so many users, who come due over an hour, and let one run of it pass."""
    names = [f"user-{number}" for number in range(users)]
    for number, user_id in enumerate(names):
        desk.roll = number / users
        desk.connect(user_id)
    desk.roll = 0.5
    desk.tick(70)
    return names


def all_work(desk: Desk, users: list[str]) -> bool:
    """Say whether everybody has a fresh token and no trace of trouble."""
    grants = [desk.store.grant(user_id) for user_id in users]
    return all(
        (grant.state, grant.refusals, grant.failures, grant.attempt) == (GrantState.WORKING, 0, 0, None)
        for grant in grants
    )


@pytest.mark.parametrize("users", [1, 2, 3, 5, 20, 600])
@pytest.mark.parametrize("minute", [0, 7, 20, 55])
def test_false_refusals_for_everybody(users: int, minute: int) -> None:
    """Ten minutes in which Spotify refuses each and all: nobody dies, however few or many there are."""
    desk = Desk()
    names = connected(desk, users)
    desk.tick(minute)
    desk.watch.apps.clear()
    desk.storm(REFUSED)
    desk.tick(10)
    desk.storm(None)
    desk.tick(16)
    assert desk.watch.died == []
    assert all_work(desk, names)
    for user_id in names:
        assert desk.token(user_id)
    alerts = [reason for _, reason in desk.watch.apps if reason is not None]
    assert alerts in ([], [Reason.MASS_REFUSALS])
    if users >= 20:
        assert [reason for _, reason in desk.watch.apps] == [Reason.MASS_REFUSALS, None]


@pytest.mark.parametrize("users", [1, 2, 5])
def test_false_refusals_with_everybody_at_home(users: int) -> None:
    """The same while each asks for a token again and again, with tokens that Spotify refuses too."""
    desk = Desk()
    names = connected(desk, users)
    desk.storm(REFUSED)
    for _ in range(60):
        desk.later(seconds=10)
        for user_id in names:
            with pytest.raises(Unavailable) as caught:
                desk.token(user_id, desk.store.grant(user_id).access_token)
            assert caught.value.reason is Reason.DOUBTED
    assert sum(desk.provider.asked[name] for name in names) < users * 10
    desk.storm(None)
    desk.tick(16)
    assert desk.watch.died == []
    assert [bool(desk.token(user_id)) for user_id in names] == [True] * users


def test_outage_through_restarts() -> None:
    """A process that forgets the brake every minute kills nobody either."""
    desk = Desk()
    names = connected(desk, 5)
    desk.later(60)
    desk.storm(REFUSED)
    for _ in range(10):
        desk.grants = desk.another()
        desk.tick(1)
    desk.storm(None)
    desk.tick(16)
    assert desk.watch.died == []
    assert all_work(desk, names)


def test_braked_app_sends_canaries() -> None:
    """During the outage a handful of calls a minute is made, whatever the number of users."""
    desk = Desk()
    names = connected(desk, 200)
    desk.later(60)
    desk.storm(REFUSED)
    desk.grants.refresh_due()
    before = desk.provider.asked.total()
    desk.tick(10)
    assert desk.provider.asked.total() - before <= 10 * CANARIES
    desk.storm(None)
    desk.tick(16)
    assert all_work(desk, names)


def test_few_who_really_left_do_not_stop_the_others() -> None:
    """Three of five leave within minutes: the brake may trip, but they are dead within the hour or two."""
    desk = Desk()
    names = connected(desk, 5)
    for user_id in names[:3]:
        desk.provider.accounts[user_id].revoked = True
    desk.later(50)
    desk.tick(120)
    assert sorted(desk.watch.died) == [(user_id, Reason.RECONNECT) for user_id in names[:3]]
    assert all_work(desk, names[3:])


@pytest.mark.parametrize("users", [1, 5, 300])
def test_wrong_client_secret(users: int) -> None:
    """Nobody is marked, hardly anybody is asked about, and one alert says what to correct."""
    desk = Desk()
    names = connected(desk, users)
    desk.later(60)
    asked = desk.provider.asked.total()
    desk.storm(APP_BROKEN)
    desk.tick(60)
    assert desk.provider.asked.total() - asked <= 60
    assert {reason for _, reason in desk.watch.apps} == {None, Reason.APP_MISCONFIGURED}
    desk.refuses(Reason.APP_MISCONFIGURED, names[0])
    desk.storm(None)
    desk.tick(30)
    assert desk.watch.died == []
    assert desk.watch.apps[-1] == ("client", None)
    assert all_work(desk, names)


@pytest.mark.parametrize("error", [AWAY, SLOW_DOWN, RuntimeError("a fault of our own")])
def test_silence(error: SpottyError | RuntimeError) -> None:
    """Whatever is no answer leaves the grant as it is: it serves while it lives, and heals by itself."""
    desk = Desk()
    names = connected(desk, 10)
    desk.storm(error)  # type: ignore[arg-type]
    desk.tick(90)
    asked = desk.provider.asked.total()
    desk.tick(60)
    assert desk.provider.asked.total() - asked <= 10 * 8
    desk.storm(None)
    desk.tick(16)
    assert desk.watch.died == []
    assert all_work(desk, names)


def test_person_is_told_once_of_an_outage() -> None:
    """From false refusals to the notice and its end, through the whole house."""
    home = PretendHome()
    names = [f"user-{number}" for number in range(5)]
    for user_id in names:
        home.connect(user_id)

    def refuse(_: str) -> None:
        raise NeedsPerson(Reason.RECONNECT)

    home.clock.advance(2 * home.tokens.expires_in)
    home.tokens.before = refuse
    for _ in range(10):
        home.core.grants.refresh_due()
        home.core.notices.deliver_pending()
        home.clock.advance(home.core.rules.schedule.period)
    assert [(notice.subject, notice.reason) for notice in home.listener.notices] == [
        ("client", Reason.MASS_REFUSALS)
    ]
    home.tokens.before = lambda _: None
    for _ in range(16):
        home.core.grants.refresh_due()
        home.clock.advance(home.core.rules.schedule.period)
    assert home.core.notices.unsettled() == ()
    assert len(home.listener.notices) == 1


def test_longest_wait_counts(desk: Desk) -> None:
    """A shorter wait, told by a call that was on its way, does not cut a longer one short."""
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    desk.later(60)

    def others_who_are_on_their_way() -> None:
        desk.storm(Unavailable("Slow down.", timedelta(minutes=1), Reason.RATE_LIMITED))
        desk.refuses(Reason.RATE_LIMITED, "ben")
        desk.storm(Unavailable("Slow down.", timedelta(seconds=9), Reason.RATE_LIMITED))

    desk.meanwhile(others_who_are_on_their_way)
    desk.refuses(Reason.RATE_LIMITED)
    desk.storm(None)
    desk.later(seconds=50)
    desk.refuses(Reason.RATE_LIMITED)
    desk.later(seconds=10)
    assert desk.token()
