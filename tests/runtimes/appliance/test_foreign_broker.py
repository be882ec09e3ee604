"""The hub as a client of a broker that somebody else runs, with a password and without TLS."""

import logging
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.device import Ear, eventually
from spottypottysense.grants.model import Secret
from spottypottysense.runtimes.appliance.broker.child import program
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.mqtt import Intake

LAW = """
host: "127.0.0.1"
port: -1
server_name: foreign
jetstream: {{ store_dir: "{directory}/store" }}
mqtt: {{ host: "127.0.0.1", port: {port} }}
authorization: {{ users: [ {{ user: "hub", password: "hunter2" }} ] }}
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[str]:
    """The URL of a broker that asks for a password."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    law = tmp_path / "law.conf"
    law.write_text(LAW.format(directory=tmp_path, port=port))
    with subprocess.Popen([program(), "-c", law], stderr=subprocess.DEVNULL) as process:
        yield f"mqtt://hub@127.0.0.1:{port}"
        process.terminate()


def test_the_hub_joins_with_a_password(foreign: str, tmp_path: Path) -> None:
    """It waits for the broker to appear, and hears what others say there."""
    ear = Ear()
    endpoint = Endpoint.from_url(foreign, Secret("hunter2"))
    hub = Intake(endpoint, tmp_path / "id", ear)
    hub.start()
    assert hub.wait_connected(10)
    hub.publish("sensors/bath/motion", b"hello")
    assert eventually(lambda: ear.payloads == [b"hello"])
    hub.stop()


def test_a_wrong_password_is_told_once_and_not_shown(
    foreign: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says that we were refused, not with what."""
    caplog.set_level(logging.DEBUG)
    hub = Intake(Endpoint.from_url(foreign, Secret("wrong-one")), tmp_path / "id", Ear())
    assert eventually(lambda: _accepts(hub))
    hub.start()
    assert eventually(lambda: "refused us" in caplog.text)
    assert not hub.wait_connected(1.0)
    hub.stop()
    assert caplog.text.count("refused us") == 1
    assert "wrong-one" not in caplog.text


def _accepts(hub: Intake) -> bool:
    endpoint = hub._endpoint
    try:
        socket.create_connection((endpoint.host, endpoint.port), timeout=1).close()
    except OSError:
        return False
    return True
