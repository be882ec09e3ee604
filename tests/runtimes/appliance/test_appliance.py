"""The appliance as a whole: what it announces, how it stops, and how it says that it is unwell."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import urllib3

from devices.device import eventually
from spottypottysense.errors import Conflict, Invalid
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.settings import read
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.sensors.model import Speaker


def _house(directory: Path, **more: str) -> House:
    return build(pretend_settings(directory, "http://127.0.0.1:1", **more))


def _get(url: str) -> tuple[int, str]:
    answer = urllib3.request("GET", url, timeout=10, retries=False)
    return answer.status, answer.data.decode()


def test_it_announces_itself_while_it_runs(tmp_path: Path) -> None:
    """Other programs find it by one private file, which is gone when it is."""
    house = _house(tmp_path)
    appliance = Appliance(house)
    appliance.start()
    file = tmp_path / "endpoints.json"
    endpoints = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(endpoints) == {"api", "dashboard", "mqtt", "spotify", "ca"}
    assert endpoints["dashboard"] == appliance.url
    assert _get(endpoints["api"] + "/healthz") == (200, '{"status":"ok"}')
    assert _get(endpoints["api"] + "/metrics")[0] == 200
    assert Path(endpoints["ca"]).is_file()
    appliance.stop()
    assert not file.exists()


def test_a_second_one_on_the_same_data_leaves_the_first_alone(tmp_path: Path) -> None:
    """It is refused in a sentence, and takes nothing of the first away."""
    first, second = Appliance(_house(tmp_path)), Appliance(_house(tmp_path))
    first.start()
    with pytest.raises(Conflict, match="Another appliance runs on"):
        second.start()
    second.stop()
    assert (tmp_path / "endpoints.json").exists()
    assert _get(first.url)[0] == 200
    first.stop()


@pytest.mark.parametrize("files", [("SPOTTY_MQTT_CA",), ("SPOTTY_MQTT_CERT", "SPOTTY_MQTT_KEY")])
def test_certificates_that_are_not_there(tmp_path: Path, files: tuple[str, ...]) -> None:
    """The sentence names the settings; stopping what never ran is fine."""
    house = _house(
        tmp_path / "data",
        SPOTTY_MQTT_URL="mqtts://127.0.0.1:1",
        **dict.fromkeys(files, str(tmp_path / "missing.pem")),
    )
    appliance = Appliance(house)
    with pytest.raises(Invalid, match="look at SPOTTY_MQTT_CA"):
        appliance.start()
    appliance.stop()


def test_a_directory_that_cannot_be(tmp_path: Path) -> None:
    """A file where the data should be is told, with what to do."""
    (tmp_path / "data").write_text("I am a file")
    with pytest.raises(Invalid, match="choose another directory with --data"):
        _house(tmp_path / "data")


def _lose_storage(house: House) -> None:
    house.database.close()


def _lose_broker(house: House) -> None:
    assert house.broker is not None
    house.broker.stop()


@pytest.mark.parametrize("lose", [_lose_storage, _lose_broker])
def test_it_says_when_it_is_unwell(tmp_path: Path, lose: Callable[[House], None]) -> None:
    """Without its database or its broker `/healthz` is 503; it stops cleanly all the same."""
    house = _house(tmp_path)
    appliance = Appliance(house)
    appliance.start()
    api = appliance.url.removesuffix("/app/")
    lose(house)
    assert eventually(lambda: _get(api + "/healthz")[0] == 503)
    appliance.stop()


def test_it_is_well_again_when_the_broker_is(tmp_path: Path) -> None:
    """A broker that was killed makes it unwell for a moment only."""
    house = _house(tmp_path)
    appliance = Appliance(house)
    appliance.start()
    api = appliance.url.removesuffix("/app/")
    pid = json.loads((tmp_path / "broker" / "running.json").read_text())["pid"]
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not appliance.health()["mqtt"], 5)
    assert eventually(lambda: _get(api + "/healthz")[0] == 200, 15)
    appliance.stop()


@pytest.mark.usefixtures("furnished")
def test_first_notes_and_sleeping_speakers_are_counted() -> None:
    """How long music took to be heard, and why a speaker kept it from being heard."""
    house = build(read(os.environ))
    appliance = Appliance(house)
    rooms = {room.name: room for room in house.core.sensors.rooms(house.core.accounts.households()[0].id)}
    house.core.sensors.change_room(rooms["Bedroom"].id, speaker=Speaker("Ghost"))
    for name in ("Bathroom", "Bathroom", "Bedroom"):
        house.core.by_hand.play(rooms[name].id)
        assert house.lanes.finish(timedelta(seconds=30))
    figures = house.metrics.render().decode()
    assert "spotty_first_note_seconds_count 1.0" in figures
    assert 'spotty_speaker_asleep_total{outcome="speaker_missing"} 1.0' in figures
    assert 'spotty_playback_total{outcome="already_playing"} 1.0' in figures
    appliance.stop()
