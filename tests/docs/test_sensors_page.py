import json
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from devices.device import Ear, eventually
from spottypottysense.presence.model import MotionEvent, Switch
from spottypottysense.presence.wire import motion_from, sensor_id_from, switch_from
from spottypottysense.reasons import Reason, sentence
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.cli import app
from spottypottysense.runtimes.appliance.mqtt import Intake
from spottypottysense.sensors.wire import status_from

PAGE = (Path(__file__).parents[2] / "docs" / "sensors.md").read_text(encoding="utf-8")
COMMANDS = [line.strip() for line in PAGE.splitlines() if line.startswith("    mosquitto_pub")]
PAYLOADS = dict(re.findall(r"^On `([^`]+)`[^\n]*\n\n```json\n(.*?)^```", PAGE, re.S | re.M))
FILES = dict(re.findall(r"`(\w+\.csv)`[^\n]*\n\n```csv\n(.*?)^```", PAGE, re.S | re.M))
NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)


def test_the_motion_is_understood() -> None:
    """Whoever sends the page's motion is heard, with its time, id and battery."""
    topic = "sensors/bathroom-pir/motion"
    motion = motion_from(sensor_id_from(topic), PAYLOADS[topic].encode(), NOW)
    assert motion.event is MotionEvent.DETECTED
    assert motion.at == datetime(2026, 1, 1, 7, 50, tzinfo=UTC)
    assert "boot7-42" in motion.key
    assert motion.battery == 85


def test_the_switch_is_understood() -> None:
    """Whoever sends the page's command is obeyed, for the room and the minutes that it names."""
    topic = "sensors/bathroom-button/switch"
    press = switch_from(sensor_id_from(topic, "switch"), PAYLOADS[topic].encode(), NOW)
    assert (press.switch, press.room, press.span) == (Switch.SNOOZE, "Kitchen", timedelta(minutes=30))
    assert press.at == datetime(2026, 1, 1, 7, 50, tzinfo=UTC)


def test_every_command_of_a_switch_is_told() -> None:
    """The table has what the house understands, and nothing else."""
    table = PAGE.partition("| `switch` |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.M)[1:]
    assert {word for row in rows for word in re.findall(r"`(\w+)`", row)} == {str(each) for each in Switch}


def test_the_status_is_understood() -> None:
    """Whoever sends the page's status is heard, with its battery."""
    topic = "sensors/bathroom-pir/status"
    status = status_from(topic, PAYLOADS[topic].encode(), NOW)
    assert (status.sensor_id, status.status, status.battery) == ("bathroom-pir", "online", 85)


def test_reasons_are_as_people_meet_them() -> None:
    """The table has the sentences that the house itself says."""
    table = dict(re.findall(r"^\| `(\w+)` \| ([A-Z][^|]+\.) \|", PAGE, re.M))
    assert table == {code: sentence(Reason(code)) for code in table}
    assert {"bad_payload", "duplicate", "stale", "clock_ahead", "unknown_sensor"} <= set(table)


def test_the_recorded_home_is_replayed(tmp_path: Path) -> None:
    """The page's example of a recorded home, as it stands there, is played and scored."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    result = CliRunner().invoke(app, ["replay", str(tmp_path), "--json"])
    ours = next(score for score in json.loads(result.stdout)["scores"] if score["rule"] == "ours")
    assert (ours["room"], ours["coverage"], ours["false_stops"], ours["starts"]) == ("Bathroom", 1, 0, 2)


def test_every_option_of_replay_is_told() -> None:
    """The table of options is the command's own, with its defaults."""
    command = typer.main.get_command(app).commands["replay"]  # type: ignore[attr-defined]
    options = {option.opts[0]: option.default for option in command.params if option.opts[0][0] == "-"}
    told = dict(re.findall(r"^\| `(--[\w-]+)` \| (\w*) ?\|", PAGE, re.M))
    assert set(told) == set(options)
    for name, default in told.items():
        assert not default.isdigit() or float(default) == options[name]


@pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="mosquitto_pub is not installed")
@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_mosquitto_is_heard(tmp_path: Path, command: str) -> None:
    """The page's calls of mosquitto_pub work with the files that a sensor or a switch is given."""
    words = shlex.split(command)
    sensor, payload = words[words.index("-i") + 1], words[words.index("-m") + 1]
    broker, ear = Broker(tmp_path, port=0), Ear()
    broker.admit(sensor)
    broker.start()
    hub = Intake(broker.endpoint, tmp_path / "hub-client-id", ear)
    try:
        hub.start()
        assert hub.wait_connected(5)
        words = [word.replace("8883", str(broker.port)) for word in words]
        subprocess.run(words, cwd=broker.bundle(sensor), check=True, timeout=20)
        assert eventually(lambda: ear.payloads == [payload.encode()])
    finally:
        hub.stop()
        broker.stop()
