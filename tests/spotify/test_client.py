import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spotify.scripted import ACCESS, Reply, Script, Stopwatch, Tokens, player_error
from spottypottysense.errors import Invalid, SpottyError, Unavailable
from spottypottysense.reasons import Reason
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


@pytest.mark.parametrize("content", [None, "spotify:album:1"])
def test_a_start_is_never_sent_twice_by_itself(script: Script, player: Player, content: str | None) -> None:
    """Nobody knows whether a 502 started the music; whoever starts it looks first."""
    script.answers(Reply(502), Reply(204))
    with pytest.raises(Unavailable):
        player.play("ann", "bath", content)
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


@pytest.fixture
def raw() -> Iterator[Callable[[bytes, bool], str]]:
    """Return a maker of servers that answer every connection with these bytes, then close or hang."""
    doors: list[socket.socket] = []
    threads: list[threading.Thread] = []
    over = threading.Event()

    def serve(door: socket.socket, answer: bytes, hang: bool) -> None:
        held = []
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                break
            try:
                connection.recv(65536)
                connection.sendall(answer)
            except OSError:
                hang = hang and True
            if hang:
                held.append(connection)
            else:
                connection.close()
        for connection in held:
            connection.close()

    def make(answer: bytes, hang: bool) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        thread = threading.Thread(target=serve, args=(door, answer, hang), daemon=True)
        threads.append(thread)
        thread.start()
        return f"http://127.0.0.1:{door.getsockname()[1]}"

    yield make
    over.set()
    for door in doors:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
    for thread in threads:
        thread.join()


def test_silence_is_a_timeout(impatient: Callable[[str], Client], raw: Callable[[bytes, bool], str]) -> None:
    """No call waits for ever, and the total time holds for all tries together."""
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="in time"):
        impatient(raw(b"", True)).send(read(tries=50, total=0.5 * SECONDS))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["nothing", "noise", "short", "two lengths", "bad chunk", "bad gzip", "flood", "other protocol"],
)
def test_broken_http_heals_with_time(
    impatient: Callable[[str], Client], raw: Callable[[bytes, bool], str], answer: bytes
) -> None:
    """Whatever comes over the wire, a sentence for a person comes out."""
    with pytest.raises(Unavailable, match="broke off"):
        impatient(raw(answer, False)).send(read(tries=2))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.integers(200, 599), body=st.binary(max_size=300))
def test_any_body_over_the_wire_ends_in_a_value_or_an_error_of_ours(
    script: Script, tokens: Tokens, status: int, body: bytes
) -> None:
    """The whole door holds, not only its readers."""
    watch = Stopwatch()
    client = Client(script.url, script.url, sleep=watch.sleep, monotonic=watch.now)
    script.answers(Reply(204 if status == 304 else status, body))
    for call in (
        Player(client, "app", tokens.token_for).state,
        Player(client, "b", tokens.token_for).speakers,
    ):
        try:
            call("ann")
        except SpottyError as error:
            assert ACCESS not in str(error)


def test_a_started_command_counts_though_its_body_breaks_off(
    impatient: Callable[[str], Client], raw: Callable[[bytes, bool], str], tokens: Tokens
) -> None:
    """2xx says accepted, and a second start would be heard."""
    client = impatient(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", False))
    Player(client, "app", tokens.token_for).play("ann", "bath", None)


def test_a_call_does_not_show_its_secrets() -> None:
    """Headers and forms hold secrets, and a `repr` ends up in logs."""
    call = Call(
        Face.ACCOUNTS, "app", "POST", "/", Budget(1, SECONDS), {"Authorization": ACCESS}, ACCESS.encode()
    )
    assert "5ecret" not in f"{call!r} {call}"


@pytest.fixture
def safe_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Return the address of an https server, and the certificate to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pretend Spotify")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", pem
    server.shutdown()
    server.server_close()
    thread.join()


def test_one_ssl_context_serves_all_connections(safe_server: tuple[str, Path], script: Script) -> None:
    """It costs 20 ms, so it is made at the first https call, once, for all threads."""
    url, pem = safe_server
    made: list[ssl.SSLContext] = []

    def tls() -> ssl.SSLContext:
        made.append(ssl.create_default_context(cafile=pem))
        return made[-1]

    Client(script.url, script.url, tls=tls).send(read())
    client = Client(url, url, tls=tls)
    assert made == []
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status for answer in pool.map(client.send, [read()] * 24)} == {204}
    assert len(made) == 1


def test_a_stranger_is_given_no_token(safe_server: tuple[str, Path]) -> None:
    """A certificate that nobody vouches for ends the call, in words that say what to check."""
    url, _ = safe_server
    with pytest.raises(Unavailable, match="certificates") as caught:
        Client(url, url, sleep=lambda _: None).send(read(tries=1))
    assert caught.value.reason is Reason.SPOTIFY_UNAVAILABLE
