import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from spotify.scripted import ACCESS, Reply, Script, Stopwatch, player_error
from spottypottysense.errors import Invalid, SpottyError, Unavailable
from spottypottysense.playback.model import Start
from spottypottysense.spotify.client import Budget, Call, Client
from spottypottysense.spotify.player import Player
from spottypottysense.spotify.refusals import Face

SECONDS = timedelta(seconds=1)


def read(tries: int = 3, total: timedelta = 10 * SECONDS, path: str = "/v1/me/player") -> Call:
    """Return a read of the app `app`."""
    return Call(Face.API, "app", "GET", path, Budget(tries, total))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.spotify.com",
        "https://api.spotify.com/v1/",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://[::1]:8080/",
        "http://localhost:8080",
        " https://API.example:8443 ",
    ],
)
def test_addresses_that_are_safe_for_tokens(url: str) -> None:
    """Tokens travel by https, or by plain http inside this machine."""
    Client(url, url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.spotify.com",
        "http://api.spotify.com",
        "http://192.168.1.2:8080",
        "http://0.0.0.0",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "https://user:pass@api.spotify.com",
        "https://api.spotify.com/?x=1",
        "https://api.spotify.com/#x",
        "https://",
        "https://host:port",
        "http://[::1",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    """The text names the setting to mend, and not what stood in it."""
    with pytest.raises(Invalid, match="SPOTTY_SPOTIFY_ACCOUNTS_URL"):
        Client(accounts_url=url)
    with pytest.raises(Invalid, match="SPOTTY_SPOTIFY_API_URL") as caught:
        Client(api_url=url)
    assert caught.value.field == "SPOTTY_SPOTIFY_API_URL"
    assert "pass" not in str(caught.value)


def test_the_api_address_may_name_its_version(script: Script) -> None:
    """Other clients want `/v1` in the address, so both ways of writing it work."""
    Client(script.url, script.url + "/v1/").send(read())
    assert script.asked[0].path == "/v1/me/player"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_read_is_tried_again_until_its_tries_are_used_up(
    script: Script, client: Client, watch: Stopwatch, status: int
) -> None:
    """The waits are short and grow, and the last answer is what is raised."""
    script.answers(player_error(status, "oops"))
    with pytest.raises(Unavailable, match=str(status)):
        client.send(read(tries=4))
    assert len(script.asked) == 4
    first, second, third = watch.sleeps
    assert 0.2 <= first <= 0.4 <= second <= 0.8 <= third <= 1.6


def test_no_try_begins_after_the_total_time(script: Script, client: Client, watch: Stopwatch) -> None:
    """Many tries do not outlast the time that was given."""
    script.answers(Reply(503))
    begun = watch.at
    with pytest.raises(Unavailable):
        client.send(read(tries=100, total=2 * SECONDS))
    assert watch.at < begun + 2
    assert 2 <= len(script.asked) < 10


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_does_not_fit_fails_at_once(
    script: Script, client: Client, watch: Stopwatch, status: int
) -> None:
    """The caller learns how long to wait and sleeps elsewhere."""
    script.answers(player_error(status, "later", Retry_After="11"))
    with pytest.raises(Unavailable) as caught:
        client.send(read(total=10 * SECONDS))
    assert (caught.value.retry_after, watch.sleeps) == (11 * SECONDS, [])


@pytest.mark.parametrize("name", ["pause", "volume", "shuffle", "transfer"])
def test_a_harmless_command_is_sent_twice_at_most(script: Script, player: Player, name: str) -> None:
    """Doing these again changes nothing, so one stumble is forgiven."""
    commands: dict[str, Callable[[], None]] = {
        "pause": lambda: player.pause("ann", "bath"),
        "volume": lambda: player.set_volume("ann", "bath", 5),
        "shuffle": lambda: player.set_shuffle("ann", "bath", on=True),
        "transfer": lambda: player.transfer("ann", "bath"),
    }
    script.answers(Reply(502), Reply(204))
    commands[name]()
    script.answers(Reply(502))
    with pytest.raises(Unavailable):
        commands[name]()
    assert len(script.asked) == 2


@pytest.mark.parametrize("name", ["start", "resume", "skip"])
def test_a_start_is_never_sent_twice_by_itself(script: Script, player: Player, name: str) -> None:
    """Nobody knows whether a 502 started or skipped a song; whoever wanted it looks first."""
    commands: dict[str, Callable[[], None]] = {
        "start": lambda: player.play("ann", "bath", Start("spotify:album:1")),
        "resume": lambda: player.play("ann", "bath", None),
        "skip": lambda: player.skip("ann", "bath"),
    }
    script.answers(Reply(502), Reply(204))
    with pytest.raises(Unavailable):
        commands[name]()
    assert len(script.asked) == 1


def test_redirects_are_not_followed(script: Script, client: Client) -> None:
    """A token goes to no other address than the one that was set."""
    script.answers(Reply(307, b"", (("Location", f"{script.url}/elsewhere"),)))
    with pytest.raises(Unavailable, match="307"):
        client.send(read())
    assert len(script.asked) == 1


def test_connections_are_kept(script: Script, player: Player) -> None:
    """Calls one after the other share a connection, whether they have bodies or not."""
    script.answers(Reply(204), Reply(200, b"text"), Reply(204), player_error(403, "no"), Reply(204))
    player.pause("ann", "bath")
    player.transfer("ann", "bath")
    player.state("ann")
    with pytest.raises(SpottyError):
        player.set_shuffle("ann", "bath", on=True)
    player.pause("ann", "bath")
    assert len({asked.connection for asked in script.asked}) == 1


def test_nobody_at_home(impatient: Callable[[str], Client]) -> None:
    """A refused connection says what to look at, and no address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match="cannot be reached") as caught:
        impatient(f"http://127.0.0.1:{port}").send(read(path="/v1/me/player?device_id=5ecret"))
    assert "5ecret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_call_does_not_show_its_secrets() -> None:
    """Headers and forms hold secrets, and a `repr` ends up in logs."""
    call = Call(
        Face.ACCOUNTS, "app", "POST", "/", Budget(1, SECONDS), {"Authorization": ACCESS}, ACCESS.encode()
    )
    assert "5ecret" not in f"{call!r} {call}"
