"""The embedded broker: started, watched, started again when it dies, and gone when we are."""

import contextlib
import logging
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, SpottyError
from spottypottysense.runtimes.appliance.backoff import Backoff
from spottypottysense.runtimes.appliance.broker import child
from spottypottysense.runtimes.appliance.broker.authority import Authority
from spottypottysense.runtimes.appliance.broker.gate import Gate, Running, healthy
from spottypottysense.runtimes.appliance.broker.law import Place, server_law
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.files import locked, private_directory, write_private
from spottypottysense.runtimes.appliance.listening import free_port

_log = logging.getLogger("spotty.broker")

_WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104  recognised here, not bound
_START_SECONDS = 15.0
_GLANCE_SECONDS = 0.2
_RENEW_SECONDS = 24 * 3600.0


class Broker:
    """The embedded MQTT broker of one data directory; implements `sensors.ports.Provisioner`.

    `host` and `port` are where it listens, port 0 takes a free one. `names` are further host names and
    addresses by which sensors reach it; the first is the one they are told. `admit` and `revoke` work
    without `start`, too: a broker that another process runs on this directory obeys at once. `on_restart`
    is called each time that a broker which died serves again.
    """

    def __init__(
        self,
        data_dir: Path,
        host: str = "127.0.0.1",
        port: int = 8883,
        names: Iterable[str] = (),
        clock: Clock | None = None,
        on_restart: Callable[[], object] = lambda: None,
    ) -> None:
        self.host = host
        self.port = port
        self._dir = private_directory(data_dir.absolute() / "broker")
        self._names = tuple(names)
        self._on_restart = on_restart
        self._authority = Authority(data_dir, clock)
        self._gate = Gate(data_dir, self._authority, self.public_host, port)
        self._alone = contextlib.ExitStack()
        self._stopping = threading.Event()
        self._started: Future[None] = Future()
        self._thread: threading.Thread | None = None

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority that sensors and hub trust."""
        return self._authority.ca_file

    @property
    def public_host(self) -> str:
        """The host name or address that sensors are told."""
        if self._names:
            return self._names[0]
        return socket.gethostname() if self.host in _WILDCARDS else self.host

    @property
    def endpoint(self) -> Endpoint:
        """How the hub itself connects; valid once started."""
        hub_file, _ = self._authority.hub()
        return Endpoint(
            self._near_host(), self.port, tls=True, ca_file=self.ca_file, certificate_file=hub_file
        )

    def admit(self, sensor_id: str) -> str:
        """Make a certificate for the sensor, let the broker know it, and return the certificate's id."""
        return self._gate.admit(sensor_id)

    def revoke(self, certificate_id: str) -> None:
        """Shut a certificate out for good and end its connections; raises `NotFound`."""
        self._gate.revoke(certificate_id)

    def bundle(self, sensor_id: str) -> Path:
        """Return the directory with what this sensor needs to connect: ca, certificate, key, config."""
        return self._gate.bundle(sensor_id)

    def start(self, *, hub_first: bool = False) -> None:
        """Return when the broker serves; with `hub_first`, sensors are let in by `open_doors` only.

        A broker that has never seen the hub keeps nothing for it: what a sensor said before the hub's first
        subscription would be acknowledged and lost. Raises `Conflict` if the port is taken or another
        appliance runs on this directory, `SpottyError` if there is no broker for this machine or it does not
        come up.
        """
        child.program()
        self._stand_alone()
        self._gate.admits_sensors = not hub_first
        try:
            self._clear_orphan()
            self._take_port()
            self._begin()
        except BaseException:
            self.stop()
            raise

    def open_doors(self) -> None:
        """Let sensors in."""
        self._gate.admits_sensors = True
        self._gate.enforce()

    def stop(self) -> None:
        """End the broker and return when it is gone; stopping what does not run is fine."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._alone.close()

    def _begin(self) -> None:
        self._stopping.clear()
        self._started = Future()
        self._thread = threading.Thread(target=self._supervise, name="broker", daemon=True)
        self._thread.start()
        self._started.result()

    def _stand_alone(self) -> None:
        try:
            self._alone.enter_context(locked(self._dir / "supervised", wait=False))
        except BlockingIOError:
            message = f"Another appliance runs on {self._dir.parent}: stop it first, or use another --data."
            raise Conflict(message) from None

    def _clear_orphan(self) -> None:
        # We are the only supervisor, so a broker under our law has lost the one that started it.
        orphan = self._gate.running()
        if orphan is not None:
            _log.warning("ending a broker (process %d) whose appliance is gone", orphan.pid)
            child.end_orphan(orphan.pid, self._gate.law_file)
        self._gate.note_running(None)

    def _take_port(self) -> None:
        try:
            self.port = free_port(self.host, self.port)
        except OSError as error:
            message = (
                f"The MQTT broker cannot listen on {self.host or '*'}:{self.port} ({error.strerror}). Stop "
                "what uses it, choose another port, or set SPOTTY_MQTT_URL to join the broker that is there."
            )
            raise Conflict(message) from error

    def _supervise(self) -> None:
        backoff, tried = Backoff(), False
        while not self._stopping.is_set():
            try:
                process = self._launch()
            except Exception as error:
                if not self._started.done():
                    self._started.set_exception(error)
                    return
                _log.log(
                    logging.DEBUG if tried else logging.ERROR, "the broker does not come back: %s", error
                )
                tried = True
            else:
                if self._started.done():
                    _log.warning("the broker is back")
                    self._on_restart()
                else:
                    self._started.set_result(None)
                backoff.reset()
                tried = False
                self._watch(process)
            self._stopping.wait(backoff.next())

    def _launch(self) -> subprocess.Popen[bytes]:
        """Start the broker and return when it serves.

        Whoever admits a sensor waits meanwhile: a reload signal would kill a process that is not ready.
        """
        with locked(self._gate.lock_file):
            monitor_port = free_port()
            self._gate.write_law()
            write_private(self._gate.law_file, server_law(self._place(monitor_port)).encode())
            errors_file = self._dir / "nats.err"
            process = child.spawn(self._gate.law_file, errors_file)
            try:
                self._gate.note_running(Running(process.pid, self.public_host, self.port, monitor_port))
                self._wait_until_healthy(process, monitor_port)
            except BaseException:
                child.end(process)
                self._gate.note_running(None)
                raise
            return process

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Return when the broker died or, having ended it, when we stop."""
        renew_at = time.monotonic() + _RENEW_SECONDS
        while not self._stopping.wait(_GLANCE_SECONDS):
            if process.poll() is not None:
                _log.warning("the broker died (exit status %d); starting it again", process.returncode)
                return
            if time.monotonic() > renew_at:
                renew_at += _RENEW_SECONDS
                self._renew()
        child.end(process)
        self._gate.note_running(None)

    def _renew(self) -> None:
        try:
            self._authority.server(self._server_names())
            self._gate.enforce()
        except (SpottyError, OSError):
            _log.exception("the broker's certificate could not be looked after; trying again tomorrow")

    def _place(self, monitor_port: int) -> Place:
        return Place(
            host=self.host or "0.0.0.0",  # noqa: S104  asked for by the operator
            port=self.port,
            client_port=free_port(),
            monitor_port=monitor_port,
            server_file=self._authority.server(self._server_names()),
            ca_file=self.ca_file,
            people_file=self._gate.people_file,
            store_dir=self._dir / "store",
            log_file=self._dir / "nats.log",
        )

    def _wait_until_healthy(self, process: subprocess.Popen[bytes], monitor_port: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not (healthy(monitor_port) and self._shakes_hands()):
            if process.poll() is not None or time.monotonic() > deadline or self._stopping.is_set():
                raise SpottyError(f"The MQTT broker did not come up. {self._last_words()}".strip())
            time.sleep(0.01)

    def _shakes_hands(self) -> bool:
        endpoint = self.endpoint
        try:
            with (
                socket.create_connection((endpoint.host, endpoint.port), timeout=2) as raw,
                endpoint.tls_context().wrap_socket(raw, server_hostname=endpoint.host),
            ):
                return True
        except (OSError, ssl.SSLError):
            return False

    def _last_words(self) -> str:
        for name in ("nats.err", "nats.log"):
            path = self._dir / name
            lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
            if lines:
                return f"Its last words: {lines[-1][:300]}"
        return ""

    def _server_names(self) -> list[str]:
        hostname = socket.gethostname()
        names = ["localhost", "127.0.0.1", "::1", *self._names]
        names += [name for name in (hostname, f"{hostname}.local") if name.isascii()]
        return names if self.host in _WILDCARDS else [*names, self.host]

    def _near_host(self) -> str:
        return "127.0.0.1" if self.host in _WILDCARDS else self.host
