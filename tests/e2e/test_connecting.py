"""Users connect Spotify and disconnect it, at a real command line with a real browser's steps."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from e2e.living import fault
from e2e.terminal import ANNA, BEN, Terminal, browse
from spottypottysense.grants.model import GrantState
from spottypottysense.simulator.demo_world import CLIENT_ID, OWNER, PARTNER, PKCE_CLIENT_ID, REDIRECT_URIS
from spottypottysense.simulator.remote import Remote


@pytest.fixture
def terminal(tmp_path: Path, spotify: Remote) -> Terminal:
    """A house with Anna, who has not connected yet."""
    return Terminal(tmp_path / "data", spotify)


def account_id(terminal: Terminal) -> str:
    """Return whose Spotify Anna has connected, empty if nobody's."""
    house = terminal.house()
    try:
        (home,) = house.core.accounts.households()
        anna = next(user for user in house.core.accounts.users(home.id) if user.email == ANNA)
        grant = house.core.grants.state_of(anna.id)
        return grant.account_id if grant else ""
    finally:
        house.close()


def test_the_browser_on_this_machine(terminal: Terminal) -> None:
    """The listener takes the answer, after turning away a wrong state; the list shows how long it lasts."""
    code, said = terminal.connect(OWNER, wrong_first=True)
    assert code == 0
    assert f"{ANNA} is connected." in said
    assert "user-modify-playback-state" in said
    assert account_id(terminal) in said
    (until,) = re.findall(r"until: (\d{4}-\d\d-\d\d)", said)
    listed = terminal.spotty("user", "list")[1]
    assert "Connected." in listed
    assert until in listed
    code, said = terminal.spotty("doctor")
    assert f"{ANNA}: Connected. The consent ends on {until}." in said
    assert f"spotify app {CLIENT_ID}: 1 of 5 seats are taken." in said


def test_a_browser_elsewhere(terminal: Terminal) -> None:
    """Without a browser here, the address is pasted."""
    code, said = terminal.connect_by_paste(OWNER, "--paste")
    assert (code, f"{ANNA} is connected." in said) == (0, True)


def test_a_redirect_of_ones_own(terminal: Terminal, spotify: Remote) -> None:
    """With an https address of the house, Spotify sends the browser there, and the address is pasted."""
    redirect = "https://house.example/callback"
    spotify.post("apps", client_id="own", secret="own-secret", redirect_uris=[redirect])
    terminal.set(
        SPOTTY_SPOTIFY_CLIENT_ID="own",
        SPOTTY_SPOTIFY_CLIENT_SECRET="own-secret",
        SPOTTY_SPOTIFY_REDIRECT_URI=redirect,
    )
    code, said = terminal.connect_by_paste(OWNER)
    assert code == 0
    assert f"goes to {redirect}?" in said


def test_without_a_secret_pkce(terminal: Terminal) -> None:
    """An app without a secret connects and refreshes all the same."""
    terminal.set(SPOTTY_SPOTIFY_CLIENT_ID=PKCE_CLIENT_ID, SPOTTY_SPOTIFY_CLIENT_SECRET="")
    assert terminal.connect(OWNER)[0] == 0
    assert terminal.connect_by_paste(OWNER, "--paste")[0] == 0


def test_no_secret_is_shown(terminal: Terminal) -> None:
    """Neither code nor tokens nor the client secret appear anywhere on the screen."""
    process_page = terminal.connect_by_paste(OWNER, "--paste")[1]
    assert "code=" not in process_page.replace("response_type=code", "").replace("`code=`", "")
    house = terminal.house()
    (home,) = house.core.accounts.households()
    (anna,) = house.core.accounts.users(home.id)
    grant = house.core.grants.state_of(anna.id)
    house.close()
    assert grant is not None
    terminal.spotty("doctor")
    terminal.spotty("settings")
    for secret in (grant.access_token.reveal(), grant.refresh_token.reveal(), "demo-secret"):
        assert secret not in terminal.shown


def test_whoever_declines_is_not_connected(terminal: Terminal, spotify: Remote) -> None:
    """Spotify's word for it is told, and what to do."""
    fault(spotify, "access_denied", count=1)
    code, said = terminal.connect(OWNER)
    assert code == 1
    assert "connect again and agree" in said
    assert account_id(terminal) == ""


def test_an_answer_to_another_question_is_refused(terminal: Terminal, spotify: Remote) -> None:
    """What is pasted must hold the state of this sign-in; nothing, and nonsense, are told apart."""
    stranger = f"http://127.0.0.1/callback?code={spotify.consent(CLIENT_ID, PARTNER)}&state=stranger"
    for typed, told in (
        (stranger, "belongs to no sign-in that was begun here"),
        ("", "Nothing was pasted"),
        ("http://127.0.0.1/callback", "copy all of it from the address bar"),
    ):
        code, said = terminal.spotty("connect", ANNA, "--paste", typed=f"{typed}\n")
        assert (code, told in said) == (1, True), said
    assert account_id(terminal) == ""


def test_another_account_is_a_choice(terminal: Terminal) -> None:
    """Connecting again with another account is refused, with the way to do it if it is meant."""
    assert terminal.connect(OWNER)[0] == 0
    before = account_id(terminal)
    code, said = terminal.connect(PARTNER)
    assert code == 1
    assert f"spotty connect {ANNA} --replace" in said
    assert account_id(terminal) == before
    code, said = terminal.connect(PARTNER, "--replace")
    assert code == 0
    assert account_id(terminal) not in ("", before)
    assert "show_dialog=true" in said


def test_the_last_seat(terminal: Terminal) -> None:
    """Who would be one too many is told before going to Spotify; whoever has a seat may connect again."""
    terminal.set(SPOTTY_SPOTIFY_SEATS="1")
    assert terminal.connect(OWNER)[0] == 0
    assert terminal.spotty("user", "add", BEN)[0] == 0
    code, said = terminal.connect(PARTNER, email=BEN)
    assert code == 1
    assert "give the household an app of its own" in said
    assert "authorize" not in said
    assert terminal.connect(OWNER)[0] == 0


def test_who_is_not_on_the_allowlist(terminal: Terminal, spotify: Remote) -> None:
    """Spotify signs them in all the same; we notice when connecting, and say who does what."""
    spotify.post(
        "apps",
        client_id=CLIENT_ID,
        secret="demo-secret",
        redirect_uris=list(REDIRECT_URIS),
        allowlist=[PARTNER],
    )
    code, said = terminal.connect(OWNER)
    assert code == 1
    assert "not on the app's allowlist" in said
    assert "User Management" in said
    assert account_id(terminal) == ""
    assert terminal.connect(PARTNER)[0] == 0


def test_a_household_with_an_app_of_its_own(terminal: Terminal, spotify: Remote, tmp_path: Path) -> None:
    """Its members connect through it; who was connected before is told to connect again."""
    spotify.post("apps", client_id="own", secret="own-secret", redirect_uris=list(REDIRECT_URIS))
    secret = tmp_path / "own.secret"
    secret.write_text("own-secret\n")
    assert terminal.connect(OWNER)[0] == 0
    own = ("household", "set", "--client-id", "own", "--client-secret-file", str(secret))
    code, said = terminal.spotty(*own)
    assert (code, f"run `spotty connect {ANNA}`" in said) == (0, True), said
    code, said = terminal.connect(OWNER)
    assert (code, "client_id=own" in said) == (0, True)
    code, said = terminal.spotty("household", "set", "--client-id", "none")
    assert (code, f"run `spotty connect {ANNA}`" in said) == (0, True), said
    assert "is not set any more" in terminal.spotty("user", "list")[1].replace("\n", " ")
    code, said = terminal.spotty("household", "set", "--client-secret-file", str(secret))
    assert (code, "name it with --client-id" in said) == (1, True)
    assert "own-secret" not in terminal.shown


def test_disconnecting_says_what_remains(terminal: Terminal) -> None:
    """The tokens are gone; Spotify's own list of apps, the seat and the sessions are not."""
    assert terminal.connect(OWNER)[0] == 0
    code, said = terminal.spotty("disconnect", ANNA)
    assert code == 0
    for place in ("spotify.com/account/apps", "developer.spotify.com/dashboard", "30 days"):
        assert place in said
    assert account_id(terminal) == ""
    assert terminal.spotty("disconnect", ANNA) == (
        1,
        f"spotty: There is no connection to Spotify of '{ANNA}'.\n",
    )
    assert terminal.spotty("connect", BEN)[0] == 1


def test_refreshing_by_hand(terminal: Terminal, spotify: Remote) -> None:
    """The answer has the shape that monitors know, for nobody, for somebody, and for a failure."""
    assert terminal.report()["statistics"]["users_queried"] == 0
    spotify.post("clock", access_life=120)
    assert terminal.connect(OWNER)[0] == 0
    house = terminal.house()
    (home,) = house.core.accounts.households()
    (anna,) = house.core.accounts.users(home.id)
    grant = house.core.grants.state_of(anna.id)
    house.close()
    assert grant is not None
    assert grant.state is GrantState.WORKING
    answer = terminal.report()
    assert set(answer) == {"statusCode", "timestamp", "statistics", "duration_ms"}
    assert set(answer["statistics"]) == {
        "users_queried",
        "tokens_refreshed",
        "tokens_skipped",
        "failures",
        "errors",
    }


def test_the_page_asks_for_what_playing_needs(terminal: Terminal) -> None:
    """Two permissions, a state, a challenge where there is no secret, and nothing else."""
    terminal.set(SPOTTY_SPOTIFY_CLIENT_ID=PKCE_CLIENT_ID, SPOTTY_SPOTIFY_CLIENT_SECRET="")
    _, said = terminal.connect_by_paste(OWNER, "--paste")
    (page,) = re.findall(r"http://\S+authorize\S+", said)
    query = parse_qs(urlsplit(page).query)
    assert query["scope"] == ["user-modify-playback-state user-read-playback-state"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["http://127.0.0.1/callback"]
    assert browse(page, OWNER).startswith("http://127.0.0.1/callback?code=")
