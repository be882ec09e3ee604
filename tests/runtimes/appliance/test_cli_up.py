"""The command line beside a running `spotty up`."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devices.device import eventually

SPOTTY = Path(sys.executable).with_name("spotty")


class Up:
    """`spotty up` on a directory of its own, and other commands beside it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._environ = {n: v for n, v in os.environ.items() if not n.startswith("SPOTTY_")} | {
            "SPOTTY_DATA": str(data),
            "SPOTTY_HTTP_PORT": "0",
            "SPOTTY_MQTT_PORT": "0",
            "COLUMNS": "200",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [SPOTTY, *words], env=self._environ, capture_output=True, text=True, timeout=60, check=False
        )

    def start(self) -> subprocess.Popen[str]:
        """Start the appliance and return when it runs."""
        process = subprocess.Popen(
            [SPOTTY, "up"], env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert eventually((self.data / "endpoints.json").exists, 20)
        return process


@pytest.fixture
def up(tmp_path: Path) -> Up:
    """A directory with a person."""
    spotty = Up(tmp_path / "data")
    assert spotty.run("user", "add", "anna@example.com").returncode == 0
    return spotty


def test_a_sensor_is_added_and_heard_while_it_runs(up: Up) -> None:
    """Its certificate is good at once, its motion ends in the decisions, and the end is clean."""
    with up.start() as process:
        try:
            assert up.run("sensor", "add", "pir", "--room", "Bath").returncode == 0
            said = up.run("motion", "pir")
            assert (said.returncode, said.stdout) == (0, "pir said that somebody moved.\n"), said.stderr
            assert eventually(lambda: "Somebody came in." in up.run("decisions").stdout)
            second = up.run("up")
            assert second.returncode == 1
            assert "Another appliance runs on" in second.stderr.splitlines()[-1]
            assert "Traceback" not in second.stderr
        finally:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert re.match(
        r"Status page: (http://127\.0\.0\.1:\d+)/app/\nSet up \(once, .*\): \1/app/set-up#[\w-]{43}\n", out
    )
    assert "#" not in err
    assert "Traceback" not in err
    assert not (up.data / "endpoints.json").exists()
    assert "start it with `spotty up`" in up.run("motion", "pir").stderr


@pytest.mark.slow
def test_a_broker_that_does_not_answer(up: Up) -> None:
    """After a crash the address is still written down: the sentence says that nobody took the motion."""
    assert up.run("sensor", "add", "pir", "--room", "Bath").returncode == 0
    with up.start() as process:
        process.kill()
    assert (up.data / "endpoints.json").exists()
    said = up.run("motion", "pir")
    assert said.returncode == 1
    assert "did not take it" in said.stderr
