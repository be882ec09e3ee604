"""Who is let in: certificates are admitted and revoked here, by the appliance or by a command beside it.

<data>/pki/admitted/<certificate id>.pem   whoever lies here may connect
<data>/sensors/<sensor id>/                what a sensor needs to connect: ca, certificate, key, config
<data>/broker/people.conf                  the law, written anew from pki/admitted each time
"""

import http.client
import json
import logging
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from spottypottysense.errors import NotFound, SpottyError
from spottypottysense.runtimes.appliance.broker.authority import Authority, Issued, subject
from spottypottysense.runtimes.appliance.broker.child import is_ours
from spottypottysense.runtimes.appliance.broker.law import SENSOR_HEARS, SENSOR_SAYS, people_law
from spottypottysense.runtimes.appliance.files import (
    locked,
    private_directory,
    sync_directory,
    write_private,
)

_log = logging.getLogger("spotty.broker")

_RELOAD_SECONDS = 5.0


@dataclass(frozen=True)
class Running:
    """A broker that was started: how sensors reach it, and how we do."""

    pid: int
    host: str
    port: int
    monitor_port: int


class Admitted:
    """The certificates that may connect: one file each, so that a crash leaves whole ones only."""

    def __init__(self, directory: Path) -> None:
        self._dir = private_directory(directory)

    def add(self, issued: Issued) -> None:
        """Keep a certificate."""
        write_private(self._path(issued.certificate_id), issued.certificate)

    def remove(self, certificate_id: str) -> None:
        """Forget a certificate; raises `NotFound`."""
        try:
            self._path(certificate_id).unlink()
        except FileNotFoundError:
            raise NotFound("certificate", certificate_id) from None
        sync_directory(self._dir)

    def sensors(self) -> dict[str, str]:
        """Return the sensor id for each admitted certificate's subject."""
        sensors = {}
        for path in sorted(self._dir.glob("*.pem")):
            try:
                certificate = x509.load_pem_x509_certificate(path.read_bytes())
            except ValueError:
                _log.error("%s is damaged: its sensor is shut out until it gets a new certificate", path)
            else:
                sensors[subject(certificate)] = _common_name(certificate)
        return sensors

    def _path(self, certificate_id: str) -> Path:
        if not certificate_id.isalnum():
            raise NotFound("certificate", certificate_id)
        return self._dir / f"{certificate_id}.pem"


class Gate:
    """Admits and revokes; a broker that runs obeys before the call returns.

    `host` and `port` are told to sensors while no broker runs. While `admits_sensors` is false, only the hub
    is let in. Implements `sensors.ports.Provisioner`.
    """

    def __init__(self, data_dir: Path, authority: Authority, host: str, port: int) -> None:
        data_dir = data_dir.absolute()
        self._authority = authority
        self._address = (host, port)
        self._bundles = private_directory(data_dir / "sensors")
        self._dir = private_directory(data_dir / "broker")
        self._admitted = Admitted(data_dir / "pki" / "admitted")
        self.law_file = self._dir / "nats.conf"
        self.people_file = self._dir / "people.conf"
        self.lock_file = self._dir / "lock"
        self._running_file = self._dir / "running.json"
        self.admits_sensors = True

    def admit(self, sensor_id: str) -> str:
        """Make a certificate and its bundle, let the broker know it, and return the certificate's id.

        Raises `Invalid` for a name that cannot be. Certificates the sensor had before stay valid.
        """
        issued = self._authority.sensor(sensor_id)
        with locked(self.lock_file):
            self._write_bundle(sensor_id, issued)
            self._admitted.add(issued)
            self._enforce()
        return issued.certificate_id

    def revoke(self, certificate_id: str) -> None:
        """Shut a certificate out for good and end its connections; raises `NotFound`."""
        with locked(self.lock_file):
            self._admitted.remove(certificate_id)
            self._enforce()

    def enforce(self) -> None:
        """Write the law from what is admitted and let a running broker read it and its certificate anew."""
        with locked(self.lock_file):
            self._enforce()

    def write_law(self) -> None:
        """Write the law for a broker that is about to start; the caller holds `lock_file`."""
        _, hub_subject = self._authority.hub()
        sensors = self._admitted.sensors() if self.admits_sensors else {}
        write_private(self.people_file, people_law(hub_subject, sensors).encode())

    def bundle(self, sensor_id: str) -> Path:
        """Return the directory with what this sensor needs to connect."""
        return self._bundles / sensor_id

    def running(self) -> Running | None:
        """Return the broker that serves this data directory, whoever started it."""
        try:
            running = Running(**json.loads(self._running_file.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return running if is_ours(running.pid, self.law_file) else None

    def note_running(self, running: Running | None) -> None:
        """Remember which broker was started, or that none is left."""
        if running is None:
            self._running_file.unlink(missing_ok=True)
        else:
            write_private(self._running_file, json.dumps(vars(running)).encode())

    def _enforce(self) -> None:
        self.write_law()
        running = self.running()
        if running is not None:
            _reload(running, self.law_file)

    def _write_bundle(self, sensor_id: str, issued: Issued) -> None:
        running = self.running()
        host, port = (running.host, running.port) if running else self._address
        topics = {word: f"sensors/{sensor_id}/{word}" for word in (*SENSOR_SAYS, *SENSOR_HEARS)}
        config = {
            "sensorId": sensor_id,
            "clientId": sensor_id,
            "certificateId": issued.certificate_id,
            "host": host,
            "port": port,
            "topics": topics,
        }
        # Certificate and key belong together: they are swapped as one directory.
        fresh = self._bundles / f".{sensor_id}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        private_directory(fresh)
        write_private(fresh / "cert.pem", issued.certificate)
        write_private(fresh / "key.pem", issued.key)
        write_private(fresh / "ca.pem", self._authority.ca_file.read_bytes())
        write_private(fresh / "config.json", json.dumps(config, indent=2).encode() + b"\n")
        shutil.rmtree(self.bundle(sensor_id), ignore_errors=True)
        fresh.replace(self.bundle(sensor_id))
        sync_directory(self._bundles)


def healthy(monitor_port: int) -> bool:
    """Say whether the broker with this monitoring port is ready to serve."""
    try:
        return _get(monitor_port, "/healthz") == {"status": "ok"}
    except (OSError, http.client.HTTPException, ValueError):
        return False


def _reload(running: Running, law_file: Path) -> None:
    """Make a running broker read its law; when this returns it obeys it, or it is gone."""
    before = _loaded_at(running)
    deadline = time.monotonic() + _RELOAD_SECONDS
    try:
        os.kill(running.pid, signal.SIGHUP)
    except ProcessLookupError:
        return
    while _loaded_at(running) in (before, None):
        if not is_ours(running.pid, law_file):
            return  # The one that follows it reads the new law when it starts.
        if time.monotonic() > deadline:
            message = f"The broker did not take its new law; {law_file.parent / 'nats.log'} says why."
            raise SpottyError(message)
        time.sleep(0.002)


def _loaded_at(running: Running) -> str | None:
    try:
        return str(_get(running.monitor_port, "/varz")["config_load_time"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None


def _get(port: int, path: str) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}


def _common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
