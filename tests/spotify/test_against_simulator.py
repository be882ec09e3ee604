from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from spottypottysense.clock import SystemClock
from spottypottysense.errors import NeedsPerson, NotFound
from spottypottysense.grants.model import ClientApp, PendingConsent, Secret, TokenReply
from spottypottysense.grants.policy import SCOPES
from spottypottysense.playback.model import Start
from spottypottysense.reasons import Reason
from spottypottysense.simulator import demo_world
from spottypottysense.simulator.server import running
from spottypottysense.simulator.world import World
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.player import Player

BACK = "http://127.0.0.1:8765/spotify/callback"
CONFIDENTIAL = ClientApp(demo_world.CLIENT_ID, Secret(demo_world.CLIENT_SECRET))
PKCE = ClientApp(demo_world.PKCE_CLIENT_ID)


@pytest.fixture
def spotify() -> Iterator[str]:
    """Return the address of a pretend Spotify with the demo's home in it."""
    with running(demo_world.furnish(World())) as url:
        yield url


def connect(client: Client, app: ClientApp) -> TokenReply:
    """Consent as the owner of the demo would in the browser, and exchange the code."""
    verifier = Secret("v" * 64)
    pending = PendingConsent("st&te", "ann", app.client_id, BACK, verifier, SystemClock().now())
    page = Accounts(client).consent_url(app, pending, choose_account=False)
    sent_back = urllib3.request("GET", page, redirect=False).headers["location"]
    query = parse_qs(urlsplit(sent_back).query)
    assert query["state"] == ["st&te"]
    proof = verifier.reveal() if app.client_secret is None else None
    return Accounts(client).exchange(app, query["code"][0], BACK, proof)


def refresh_token_of(reply: TokenReply) -> Secret:
    """Return the refresh token, which a new consent always brings."""
    assert reply.refresh_token is not None
    return reply.refresh_token


@pytest.mark.parametrize("app", [CONFIDENTIAL, PKCE], ids=["with secret", "pkce"])
def test_connect_and_refresh(spotify: str, app: ClientApp) -> None:
    """Both kinds of app connect by code, and their refreshed token is another one that works."""
    client = Client(spotify, spotify)
    accounts, reply = Accounts(client), connect(client, app)
    assert reply.scope == SCOPES
    fresh = accounts.refresh(app, refresh_token_of(reply)).access_token
    assert fresh != reply.access_token
    assert Player(client, lambda _: app.client_id, lambda *_, **__: fresh).speakers("ann")
    assert accounts.account_of(app, fresh) == accounts.account_of(app, reply.access_token) != ""


def test_dead_grants_and_broken_apps_are_told_apart(spotify: str) -> None:
    """One sends the user to sign in again, the other the operator to the settings."""
    client = Client(spotify, spotify)
    refresh_token = refresh_token_of(connect(client, CONFIDENTIAL))
    broken = ClientApp(CONFIDENTIAL.client_id, Secret("wrong"))
    for app, reason in ((broken, Reason.APP_MISCONFIGURED), (PKCE, Reason.RECONNECT)):
        with pytest.raises(NeedsPerson) as caught:
            Accounts(client).refresh(app, refresh_token)
        assert caught.value.reason is reason
    assert Accounts(client).refresh(CONFIDENTIAL, refresh_token).access_token


def test_a_visit_to_the_bathroom(spotify: str) -> None:
    """Find the speaker, wake it, play, look, pause twice: as on every motion."""
    client = Client(spotify, spotify)
    token = connect(client, CONFIDENTIAL).access_token
    player = Player(client, lambda _: CONFIDENTIAL.client_id, lambda *_, **__: token)
    content = demo_world.playlist_uri("morning")
    bathroom = next(speaker for speaker in player.speakers("ann") if speaker.name == "Bathroom speaker")
    assert bathroom.id is not None

    player.transfer("ann", bathroom.id)
    player.set_volume("ann", bathroom.id, 25)
    player.play("ann", bathroom.id, Start(content))
    player.set_shuffle("ann", bathroom.id, on=True)
    state = player.state("ann")
    assert (state.is_playing, state.content) == (True, content)
    assert state.speaker is not None
    assert (state.speaker.id, state.speaker.volume) == (bathroom.id, 25)

    player.pause("ann", bathroom.id)
    player.pause("ann", bathroom.id)
    assert not player.state("ann").is_playing
    player.play("ann", bathroom.id, None)
    assert player.state("ann").is_playing


def test_what_a_phone_and_a_stranger_answer(spotify: str) -> None:
    """A phone keeps its volume without a fuss; a speaker that Spotify does not know is not found."""
    client = Client(spotify, spotify)
    token = connect(client, CONFIDENTIAL).access_token
    player = Player(client, lambda _: CONFIDENTIAL.client_id, lambda *_, **__: token)
    phone = next(speaker for speaker in player.speakers("ann") if not speaker.supports_volume)
    assert phone.id is not None
    player.transfer("ann", phone.id)
    player.set_volume("ann", phone.id, 5)
    with pytest.raises(NotFound):
        player.play("ann", "nobody", None)


def test_a_token_that_died_is_renewed_on_the_way(spotify: str) -> None:
    """The first call with a dead token succeeds, because the second token works."""
    client = Client(spotify, spotify)
    good = connect(client, CONFIDENTIAL).access_token
    shown: list[Secret | None] = []

    def token_for(user_id: str, refused: Secret | None = None) -> Secret:
        assert user_id == "ann"
        shown.append(refused)
        return Secret("long-dead") if refused is None else good

    assert Player(client, lambda _: CONFIDENTIAL.client_id, token_for).speakers("ann")
    assert shown == [None, Secret("long-dead")]
