"""Connecting Spotify, staying connected, and leaving."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from grants.desk import AWAY, BACK, Desk
from grants.provider import HOUR
from memory.grants import MemoryGrants
from memory.house import MemoryAccounts
from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import Conflict, Invalid, NeedsPerson, NotFound, Unavailable
from spottypottysense.grants.model import ClientApp, Grant, GrantState, Secret
from spottypottysense.grants.policy import SCOPES, consent_ends
from spottypottysense.grants.use_cases.connecting import PATIENCE
from spottypottysense.reasons import Reason


def test_connecting(desk: Desk) -> None:
    """A code becomes a working grant with its account, and whoever waits for it is told."""
    grant = desk.connect()
    assert (grant.client_id, grant.state, grant.version) == ("client", GrantState.WORKING, 1)
    assert (grant.account_id, grant.scope) == ("account of anna", SCOPES)
    assert desk.watch.works == ["anna"]
    standing = desk.connections.connection("anna")
    assert (standing.reason, standing.client_id) == (None, "client")
    assert standing.consent_ends == consent_ends(desk.clock.now())
    assert desk.connections.connection("ben").reason is Reason.NOT_CONNECTED


def test_consent_page(desk: Desk) -> None:
    """It is that of the app through which the user connects, and can ask for the account."""
    pending = desk.connections.begin("anna", BACK)
    assert (
        desk.connections.consent_url(pending) == f"https://pretend/client?state={pending.state}&choose=False"
    )
    assert desk.connections.consent_url(pending, choose_account=True).endswith("choose=True")
    assert pending.verifier.reveal() not in repr(pending)


def test_app_with_a_secret_needs_no_proof(desk: Desk) -> None:
    """PKCE's verifier goes along only where there is no client secret."""
    shown: list[str | None] = []
    exchange = desk.provider.exchange
    desk.provider.exchange = lambda *given: shown.append(given[3]) or exchange(*given)  # type: ignore[method-assign, func-returns-value]
    desk.connect()
    accounts = MemoryAccounts()
    accounts.save_household(Household("home", "Home"))
    accounts.save_user(User("ben", "home", "ben@example.org"))
    desk.apps._accounts = accounts
    desk.apps.set_app("home", ClientApp("ours", Secret("hush")))
    assert desk.connect("ben").client_id == "ours"
    assert [verifier is None for verifier in shown] == [False, True]


@pytest.mark.parametrize("lacking", ["scope", "refresh token"])
def test_connecting_without_permission(desk: Desk, lacking: str) -> None:
    """Who does not allow playback is asked to, and nothing is kept."""
    if lacking == "scope":
        desk.provider.scope = frozenset({"user-read-playback-state"})
    else:
        desk.provider.forgets_refresh_token = True
    with pytest.raises(NeedsPerson, match="connect again and allow") as caught:
        desk.connect()
    assert caught.value.reason is Reason.SCOPE_MISSING
    assert desk.census.user_ids() == ()


def test_state_belongs_to_one_user_once_and_not_for_long(desk: Desk) -> None:
    """Neither another's answer, nor the same one twice, nor one of an hour ago is taken."""
    begin, finish = desk.connections.begin, desk.connections.finish
    stolen, late, once = (begin("anna", BACK).state for _ in range(3))
    finish("anna", once, "code of anna")
    desk.clock.advance(PATIENCE)
    for user_id, state in (("ben", stolen), ("anna", stolen), ("anna", once), ("anna", late), ("anna", "")):
        with pytest.raises(Invalid, match="begin anew") as caught:
            finish(user_id, state, "code of ben")
        assert caught.value.field == "state"
    assert desk.census.user_ids() == ("anna",)


def test_consent_that_was_denied(desk: Desk) -> None:
    """Its user is told what Spotify said, and the state is used up."""
    state = desk.connections.begin("anna", BACK).state
    with pytest.raises(NeedsPerson, match="access_denied") as caught:
        desk.connections.denied("anna", state, "access_denied")
    assert caught.value.reason is Reason.CONSENT_DENIED
    with pytest.raises(Invalid):
        desk.connections.denied("anna", state, "access_denied")


def test_redirect_that_spotify_would_refuse(desk: Desk) -> None:
    """It is refused before the user is sent away."""
    with pytest.raises(Invalid):
        desk.connections.begin("anna", "http://localhost/callback")


def test_seats() -> None:
    """The sixth user hears no before and after the consent page; who sits already may come again."""
    desk = Desk(seats=2)
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    for _ in range(2):
        desk.connect("ben")
    with pytest.raises(NeedsPerson, match="2 users are connected") as caught:
        desk.connections.begin("cleo", BACK)
    assert caught.value.reason is Reason.SEATS_TAKEN
    desk.connections.disconnect("ben")
    late = desk.connections.begin("cleo", BACK)
    desk.connect("dan")
    with pytest.raises(NeedsPerson):
        desk.connections.finish("cleo", late.state, "code of cleo")


def test_another_account(desk: Desk) -> None:
    """It takes the place of the first only if that is what the user wants."""
    first = desk.connect()
    state = desk.connections.begin("anna", BACK).state
    with pytest.raises(NeedsPerson) as caught:
        desk.connections.finish("anna", state, "code of ben")
    assert caught.value.reason is Reason.OTHER_ACCOUNT
    assert desk.store.grant("anna") == first
    state = desk.connections.begin("anna", BACK).state
    assert desk.connections.finish("anna", state, "code of ben", replace=True).account_id == "account of ben"


def test_old_grant_without_an_account(desk: Desk) -> None:
    """What was connected before accounts were remembered may connect as anybody."""
    grant = desk.connect()
    desk.store.save(replace(grant, account_id=""))
    assert desk.connect().account_id == "account of anna"


def test_disconnecting(desk: Desk) -> None:
    """The tokens are gone, what was told of them is settled, and a second time there is nothing."""
    desk.connect()
    desk.connections.disconnect("anna")
    assert desk.watch.works == ["anna", "anna"]
    with pytest.raises(NotFound):
        desk.connections.disconnect("anna")


def test_news_that_cannot_be_told_undo_nothing(desk: Desk) -> None:
    """A broken notice board is no reason to refuse a connection."""

    def fail(_: str) -> None:
        raise AWAY

    desk.watch.step = fail
    desk.connect()
    desk.connections.disconnect("anna")
    assert desk.census.user_ids() == ()


def test_how_a_user_stands(desk: Desk) -> None:
    """Dead, short of a permission, near the end of consent, or sealed with a lost key."""
    grant = desk.connect()
    desk.store.save(replace(grant, scope=frozenset({"x"})))
    assert desk.connections.connection("anna").reason is Reason.SCOPE_MISSING
    desk.connect()
    desk.clock.advance(timedelta(days=160))
    assert desk.connections.connection("anna").reason is Reason.CONSENT_ENDS_THIS_MONTH
    desk.clock.advance(timedelta(days=30))
    desk.grants.refresh_due()
    assert desk.connections.connection("anna").reason is Reason.CONSENT_ENDED
    desk.store.save(replace(desk.store.grant("anna"), dead_reason=None))
    assert desk.connections.connection("anna").reason is Reason.RECONNECT


def test_reminders(desk: Desk) -> None:
    """Who is near the end is told so, however often we ask; the dead and the fresh are left alone."""
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    desk.clock.advance(timedelta(days=152))
    assert desk.connections.remind() == 0
    desk.connect("cleo")
    desk.clock.advance(timedelta(days=3))
    desk.provider.accounts["ben"].revoked = True
    desk.tick(120)
    assert desk.connections.remind() == 1
    assert desk.watch.ends == [("anna", Reason.CONSENT_ENDS_THIS_MONTH)]


class LockedGrants(MemoryGrants):
    """Grants of which some are sealed with a key that is lost; `rivals` write between read and write."""

    def __init__(self) -> None:
        super().__init__()
        self.locked: set[str] = set()
        self.rivals = 0

    def grant(self, user_id: str) -> Grant:
        """Return the grant unless its key is lost."""
        if user_id in self.locked:
            raise NeedsPerson(Reason.RECONNECT, "The key is lost.")
        return super().grant(user_id)

    def save(self, grant: Grant) -> Grant:
        """Write the grant, unless a rival is faster."""
        if self.rivals:
            self.rivals -= 1
            raise Conflict("A rival was faster.")
        return super().save(grant)

    def hold(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Write the attempts, unless a rival is faster."""
        if self.rivals:
            self.rivals -= 1
            return ()
        return super().hold(grants)

    def delete(self, user_id: str) -> None:
        """Forget the grant."""
        self.locked.discard(user_id)
        super().delete(user_id)


def test_lost_key() -> None:
    """Only those sealed with it must connect again, and connecting takes the lost one's place."""
    store = LockedGrants()
    desk = Desk(store)
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    store.locked.add("anna")
    desk.refuses(Reason.RECONNECT)
    assert desk.grants.state_of("anna") is None
    assert desk.connections.connection("anna").reason is Reason.RECONNECT
    desk.clock.advance(HOUR)
    report = desk.grants.refresh_due()
    assert (report.refreshed, report.errors) == (1, (("anna", "NeedsPerson", "The key is lost."),))
    desk.connect("anna")
    assert desk.token("anna")


def test_resealing() -> None:
    """Every grant that can be opened is written anew, however busy it is; progress is told."""
    store = LockedGrants()
    desk = Desk(store)
    desk.census._grants = store._grants
    for user_id in ("anna", "ben"):
        desk.connect(user_id)
    store.locked.add("ben")
    store.rivals = 2
    told: list[tuple[int, int]] = []
    assert desk.connections.reseal(lambda done, of: told.append((done, of))) == 2
    assert told == [(1, 2), (2, 2)]
    assert store.grant("anna").version == 2


def test_busy_store_while_connecting() -> None:
    """Connecting writes again until it wins."""
    store = LockedGrants()
    desk = Desk(store)
    state = desk.connections.begin("anna", BACK).state
    store.rivals = 3
    assert desk.connections.finish("anna", state, "code of anna").version == 1


def test_spotify_away_while_connecting(desk: Desk) -> None:
    """Nothing is kept, and the user begins anew."""
    desk.storm(AWAY)
    with pytest.raises(Unavailable):
        desk.connect()
    assert desk.census.user_ids() == ()


def test_whose_app_it_is(desk: Desk) -> None:
    """A user connects through the installation's app, or through none where there is none."""
    assert desk.connections.app_of("anna") == "client"
    desk.apps.forget_installation()
    assert desk.connections.app_of("anna") is None
