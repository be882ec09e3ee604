import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from spotify.scripted import Script
from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.spotify.client import Budget, Call, Client
from spottypottysense.spotify.refusals import Face


class _Quiet(ThreadingHTTPServer):
    """A server that does not print that a client went away."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        return


def read() -> Call:
    """Return a read of the app `app`."""
    return Call(Face.API, "app", "GET", "/v1/me/player", Budget(1, dt.timedelta(seconds=10)))


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that vouches for itself, and its key; return where they are."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pretend Spotify")])
    now = dt.datetime.now(dt.UTC)
    card = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(card.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pem, secret


@pytest.fixture
def safe_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Return the address of an https server, and the certificate to trust."""
    pem, secret = certificate(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    server = _Quiet(("127.0.0.1", 0), Handler)
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
        Client(url, url).send(read())
    assert caught.value.reason is Reason.SPOTIFY_UNAVAILABLE
