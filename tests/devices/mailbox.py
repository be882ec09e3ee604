"""Where somebody is reached: an HTTP endpoint that takes notices as JSON."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class Mailbox:
    """Keeps what is posted to it, or answers 500 while it `fails`."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.fails = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, sign_in: str = "") -> str:
        """Return its address as Apprise writes it; `sign_in` is `user:password@`."""
        return f"json://{sign_in}127.0.0.1:{self.port}/"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        mailbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take a notice."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not mailbox.fails:
                    mailbox.received.append(json.loads(body))
                self.send_response(500 if mailbox.fails else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Be quiet."""

        return Handler
