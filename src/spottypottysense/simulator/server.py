"""Runs the simulator: here and now, in a thread for tests, or as a process of its own for benchmarks."""

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from spottypottysense.simulator import demo_world
from spottypottysense.simulator.app import HANG_UP, App
from spottypottysense.simulator.world import World

_STOP_WITHIN = 10.0
_END_WITHIN = 3.0
_BACKLOG = 2048


class _Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, with a way for the app to drop its connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {HANG_UP: self.transport.abort}  # type: ignore[dict-item]


def _bind(host: str, port: int) -> socket.socket:
    """Listen on a TCP port, 0 for a free one; raises OSError with a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(
            f"The simulator cannot listen on {host}:{port} ({error.strerror}); choose another port."
        ) from error
    listener.listen(_BACKLOG)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: App) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=300,
    )
    return uvicorn.Server(config)


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    announce: Callable[[str], None] | None = None,
    world: World | None = None,
) -> None:
    """Serve until interrupted, the demo's home unless a world is given; `announce` hears the base URL."""
    _serve(App(world), _bind(host, port), announce)


def _serve(app: App, listener: socket.socket, announce: Callable[[str], None] | None) -> None:
    if announce is not None:
        announce(_url(listener))
    server = _server(app)
    server.force_exit = True
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class Running:
    """The simulator in a thread of this process; `base_url` has no slash at its end."""

    def __init__(self, world: World | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = App(world)
        self._listener = _bind(host, port)
        self.base_url = _url(self._listener)
        self._server = _server(self.app)
        self._server.force_exit = True
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="simulator", daemon=True
        )

    def start(self) -> None:
        """Begin to serve; calls wait in the backlog until the loop runs."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and drop what hangs."""
        self._server.should_exit = True
        self._thread.join(_STOP_WITHIN)


@contextmanager
def running(world: World | None = None) -> Iterator[str]:
    """Serve from a thread and yield the base URL; the demo's home unless a world is given."""
    simulator = Running(world)
    simulator.start()
    try:
        yield simulator.base_url
    finally:
        simulator.stop()


@contextmanager
def spawn(*, latency: float = 0.0, empty: bool = False) -> Iterator[str]:
    """Serve from a process of its own and yield the base URL; `latency` in seconds slows every call."""
    command = [sys.executable, "-m", __spec__.name, "--latency", str(latency), "--parent", str(os.getpid())]
    # A session of its own: Ctrl-C reaches us alone, and whoever plays here can pause the music first.
    process = subprocess.Popen(  # noqa: S603  our own interpreter and module
        [*command, "--empty"] if empty else command,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield _first_line(process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process, by force if a request that hangs keeps it."""
    process.terminate()
    try:
        process.wait(_END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def _first_line(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline().strip() if process.stdout else ""
    if not line:
        raise RuntimeError("The simulator ended before it could serve; its message is above.")
    return line


def _leave_with(parent: int) -> None:
    """End this process soon after its parent, so that nothing is left behind by a crash."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve as the command line says; the first line of stdout is the base URL."""
    parser = argparse.ArgumentParser(description="A pretend Spotify on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every call takes")
    parser.add_argument("--empty", action="store_true", help="begin with nothing instead of the demo's home")
    parser.add_argument("--parent", type=int, default=0, help="end when this process, our parent, does")
    options = parser.parse_args()
    if options.parent:
        threading.Thread(target=_leave_with, args=[options.parent], daemon=True).start()
    app = App(World() if options.empty else demo_world.furnish(World()))
    if options.latency:
        app.faults.add("latency", settings={"seconds": options.latency})
    _serve(app, _bind(options.host, options.port), _announce)


if __name__ == "__main__":
    main()
