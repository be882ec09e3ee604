"""Takes in Spotify's answer to a consent: from the browser on this machine, or from what somebody pastes."""

import queue
import threading
from collections.abc import Callable
from datetime import timedelta
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from spottypottysense.errors import Conflict, Invalid, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.grants.wire import Answer, answer_in

PATH = "/callback"

_CONNECTION_SECONDS = 10.0
_LONGEST_LINE = 4096


class Callback:
    """Listens on loopback for one answer; `port` 0 takes a free one. Raises `Conflict` if it is taken."""

    def __init__(self, port: int = 0) -> None:
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._state = Secret("")
        try:
            self._server = _Server(("127.0.0.1", port), _handler(self._match, self._answers.put))
        except OSError as error:
            message = f"Port {port} is not to be had ({error.strerror}): choose another with --port."
            raise Conflict(message) from None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def redirect_uri(self) -> str:
        """Where Spotify has to send the browser; registered without a port, it may have any."""
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def wait(self, state: str, patience: timedelta) -> Answer:
        """Return the answer that comes with `state`; others are turned away. Raises `Unavailable`."""
        self._state = Secret(state)
        self._thread.start()
        try:
            return self._answers.get(timeout=patience.total_seconds())
        except queue.Empty:
            minutes = patience / timedelta(minutes=1)
            message = f"Nobody consented within {minutes:g} minutes: begin anew with `spotty connect`."
            raise Unavailable(message) from None

    def close(self) -> None:
        """Stop listening."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _match(self, url: str) -> Answer | None:
        """Return the answer in `url` if it is the one that is waited for."""
        try:
            answer = answer_in(url)
        except Invalid:
            return None
        ours = compare_digest(answer.state.reveal().encode(), self._state.reveal().encode())
        return answer if ours else None


class _Server(ThreadingHTTPServer):
    """Browsers open connections ahead of need: one that stays silent must not keep the answer waiting."""

    daemon_threads = True
    allow_reuse_address = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a traceback would show the address, and with it the code."""


def _handler(
    match: Callable[[str], Answer | None], deliver: Callable[[Answer], None]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _CONNECTION_SECONDS
        server_version, sys_version = "spotty", ""

        def do_GET(self) -> None:
            """Take the answer; whatever else is asked for is not here."""
            if len(self.path) > _LONGEST_LINE or self.path.partition("?")[0] != PATH:
                self._say(404, "There is nothing here.")
                return
            answer = match(self.path)
            if answer is None:
                self._say(400, "This answer belongs to no sign-in that was begun here: look at the terminal.")
                return
            try:
                self._say(200, "Spotify has answered. Close this page: the terminal says how it went.")
            finally:
                deliver(answer)

        def log_message(self, *_args: object) -> None:
            """Log nothing: the address holds the code."""

        def _say(self, status: int, sentence: str) -> None:
            body = f"<!doctype html><title>SpottyPottySense</title><p>{sentence}</p>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", "default-src 'none'")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

    return Handler
