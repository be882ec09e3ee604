"""Serves the ASGI app from a thread of its own."""

import socket
import threading

import uvicorn
from fastapi import FastAPI

from spottypottysense.errors import Invalid


class WebServer:
    """uvicorn on a socket that is bound at once, so that a taken port is told before anything starts."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._socket = _bound(host, port)
        self._app = app
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="web", daemon=True
        )

    @property
    def url(self) -> str:
        """Return where it is reached from this machine."""
        return url_of(self.host, self.port)

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Let open requests finish, for 2 s at most; answers without end see that it closes."""
        self._app.state.closing = True
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()


def url_of(host: str, port: int) -> str:
    """Return the address of what listens there, for a browser on this machine."""
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # whoever is told the port waits in line; nobody else can bind it meanwhile
    except OSError as error:
        listener.close()
        message = f"HTTP cannot listen on {host}:{port} ({error.strerror}): choose another SPOTTY_HTTP_PORT."
        raise Invalid(message, field="SPOTTY_HTTP_PORT") from None
    return listener
