"""A scripted Spotify on loopback: it answers by a list and keeps what it was asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from spottypottysense.grants.model import Secret

ACCESS = "access-5ecret"
RENEWED = "renewed-5ecret"
REFRESH = "refresh-5ecret"
APP_SECRET = "app-5ecret"
CODE = "code-5ecret"


class Reply(NamedTuple):
    """What the scripted Spotify answers."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Asked(NamedTuple):
    """What the scripted Spotify was asked; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    connection: int


def as_json(status: int, payload: object, **headers: str) -> Reply:
    """Return a reply with a JSON body; `retry_after="3"` becomes a `Retry-After` header."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status, json.dumps(payload).encode(), (("Content-Type", "application/json"), *pairs))


def player_error(status: int, message: str, reason: str | None = None, **headers: str) -> Reply:
    """Return an error in the shape of the Web API."""
    error: dict[str, Any] = {"status": status, "message": message}
    return as_json(status, {"error": error | ({"reason": reason} if reason else {})}, **headers)


class Script:
    """Answers by a list, its last entry for ever, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._replies: list[Reply] = [Reply(204)]
        self._lock = threading.Lock()
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = script._take(self.command, self.path, dict(self.headers), body, id(self))
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                if reply.status != 204:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body if reply.status != 204 else b"")

            do_GET = do_PUT = do_POST = _answer  # noqa: N815  the names that http.server looks for

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Serve until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answers(self, *replies: Reply) -> None:
        """Answer so from now on, and forget what was asked."""
        with self._lock:
            self._replies = list(replies)
            self.asked.clear()

    def _take(self, method: str, target: str, headers: dict[str, str], body: bytes, connection: int) -> Reply:
        url = urlsplit(target)
        named = {name.lower(): value for name, value in headers.items()}
        with self._lock:
            self.asked.append(Asked(method, url.path, dict(parse_qsl(url.query)), named, body, connection))
            return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


class Stopwatch:
    """A monotonic clock that only sleeping moves, so that no test waits."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        """Return the seconds shown."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        self.sleeps.append(seconds)
        self.at += seconds


class Tokens:
    """Hands out `ACCESS`, or `RENEWED` once that was refused, and keeps who asked with which refusal."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Secret | None]] = []

    def token_for(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token for the user."""
        self.asked.append((user_id, refused))
        return Secret(ACCESS if refused is None else RENEWED)
