"""The command line: what each command does and prints, and one sentence for whatever goes wrong."""

import json
import os
from pathlib import Path

import pytest

from runtimes.appliance.command_line import Spotty
from spottypottysense import __version__
from spottypottysense.runtimes.appliance.settings import read
from spottypottysense.runtimes.appliance.wiring import build


def test_its_version(spotty: Spotty) -> None:
    """It is told, and nothing is made on the disk for it."""
    assert spotty("--version") == f"{__version__}\n"
    assert not spotty.data.exists()


def test_a_house_is_set_up(spotty: Spotty) -> None:
    """People, rooms and sensors come and are listed with what was said of them."""
    spotty("user", "add", "anna@example.com", "--time-zone", "Europe/Berlin")
    spotty("user", "add", "ben@example.com")
    spotty("household", "set", "--timeout", "3", "--gap", "1", "--quiet", "22:00-07:00")
    link = "https://open.spotify.com/playlist/37i9dQZF1DX?si=abc"
    spotty("room", "set", "Bath", "--speaker", "Bath speaker", "--content", link, "--volume", "30")
    spotty("room", "set", "Bath", "--account", "ben@example.com", "--timeout", "0.5", "--quiet", "0:00-0:00")
    added = spotty("sensor", "add", "bath-pir", "--room", "Bath", "--level")
    assert str(spotty.data / "sensors" / "bath-pir") in added
    spotty("sensor", "add", "hall-pir", "--room", "Hall")
    users = spotty("user", "list")
    assert "Europe/Berlin" in users
    assert "not connected" in users
    rooms = spotty("room", "list")
    for part in (
        "Bath speaker",
        "spotify:playlist:37i9dQZF1DX",
        "ben@example.com",
        "0.5 min",
        "3 min",
        "Hall",
    ):
        assert part in rooms
    sensors = spotty("sensor", "list")
    for part in ("bath-pir", "level", "hall-pir", "pulse", "never"):
        assert part in sensors
    assert "What to do" in spotty("decisions")


def test_a_sensor_is_switched_off_and_on(spotty: Spotty) -> None:
    """While it is off nothing of it is let in, and the list says so."""
    spotty("user", "add", "anna@example.com")
    assert "commands the house" in spotty("sensor", "add", "button", "--room", "Bath", "--switch")
    assert "switch" in spotty("sensor", "list")
    assert "not taken in" in spotty("sensor", "set", "button", "--off")
    assert "switched off" in spotty("sensor", "list")
    spotty("sensor", "set", "button", "--on")
    assert "switched off" not in spotty("sensor", "list")


def test_names_are_shown_as_they_are(spotty: Spotty) -> None:
    """A name in brackets is no markup, and none speaks to the terminal."""
    spotty("user", "add", "anna@example.com", "--household", "[bold]Home[/]")
    for name in ("[/]", "[red]Bath", "a\x1b[2Jb"):
        spotty("sensor", "add", f"pir-{len(name)}", "--room", name)
    house = build(read(os.environ))
    for topic in ("sensors/[/x]/motion", "sensors/\x1b]0;hello\x07/motion"):
        house.core.presence.take_in(topic, b"{}", house.clock.now())
    house.close()
    rooms = spotty("room", "list")
    assert "[/]" in rooms
    assert "[red]Bath" in rooms
    shown = rooms + spotty("sensor", "list") + spotty("decisions") + spotty("user", "list")
    assert "\x1b]0" not in shown
    assert "\x1b[2J" not in shown
    code, out, _ = spotty.run("doctor")
    assert code == 1
    assert "room [/]: It has not got a speaker" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("room", "set", "Attic", "--volume", "101"), "A volume lies between 0 and 100"),
        (("room", "set", "Attic", "--timeout", "nan"), "no span of time"),
        (("room", "set", "Attic", "--timeout", "inf"), "no span of time"),
        (("room", "set", "Attic", "--timeout", "-1"), "no span of time"),
        (("room", "set", "Attic", "--timeout", "0"), "between 1 second and 4 hours"),
        (("household", "set", "--gap", "1e300"), "no span of time"),
        (("household", "set", "--time-zone", "Mars/Olympus"), "is no time zone"),
        (("household", "set", "--quiet", "late"), "write 22:00-07:00"),
        (("household", "set", "--quiet", "25:00-07:00"), "write 22:00-07:00"),
        (("household", "set", "--household", "Castle", "--gap", "1"), "There is no household 'Castle'"),
        (("room", "set", "Attic", "--content", "a song"), "Give a link or URI"),
        (("room", "set", "Attic", "--account", "nobody@example.com"), "There is no user"),
        (("room", "set", " "), "A room needs a name"),
        (("user", "add", "anna"), "is no e-mail address"),
        (("user", "add", "anna@example.com"), ""),
        (("sensor", "add", "Bad Name", "--room", "Bath"), "cannot be a sensor id"),
        (("sensor", "add", "pir", "--room", "Bath"), "is registered already"),
        (("sensor", "add", "pir-2", "--room", "Bath", "--level", "--switch"), "choose --level or --switch"),
        (("sensor", "set", "ghost", "--on"), "There is no sensor 'ghost'"),
        (("motion", "ghost"), "There is no sensor 'ghost'"),
        (("motion", "../broker"), "cannot be a sensor id"),
        (("motion", "pir"), "start it with `spotty up`"),
        (("replay", "--timeout", "nan"), "no span of time"),
        (("replay", "--timeout", "600"), "between 1 second and 4 hours"),
        (("replay", "/nowhere"), "holds no recorded home"),
        (("replay", "--live", "--speed", "0"), "A speed lies between"),
        (("replay", "--live", "--speed", "nan"), "A speed lies between"),
        (("replay", "--live", "--days", "0"), "number of days"),
        (("replay", "--live", "--days", "nan"), "number of days"),
    ],
    ids=" ".join,
)
def test_what_goes_wrong_is_one_sentence(spotty: Spotty, words: tuple[str, ...], sentence: str) -> None:
    """It says what is wrong, and nothing was changed by halves."""
    spotty("user", "add", "anna@example.com")
    spotty("sensor", "add", "pir", "--room", "Bath")
    assert sentence in spotty.fails(*words)
    assert "Attic" not in spotty("room", "list")


def test_without_a_household_it_says_how_to_begin(spotty: Spotty) -> None:
    """The sentence names the command."""
    assert "spotty user add EMAIL" in spotty.fails("sensor", "add", "pir", "--room", "Bath")


def test_several_households_must_be_told_apart(spotty: Spotty) -> None:
    """Nothing is guessed."""
    spotty("user", "add", "anna@example.com")
    spotty("user", "add", "ben@example.com", "--household", "Castle")
    assert "--household" in spotty.fails("sensor", "add", "pir", "--room", "Bath")
    spotty("sensor", "add", "pir", "--room", "Bath", "--household", "Castle")


def test_a_directory_that_cannot_be_used(spotty: Spotty) -> None:
    """A file in its place is told in one sentence."""
    spotty.data.write_text("")
    assert "choose another directory with --data" in spotty.fails("room", "list")


def test_data_is_named_on_the_command_line(spotty: Spotty, tmp_path: Path) -> None:
    """`--data` comes before the environment."""
    spotty("--data", str(tmp_path / "other"), "user", "add", "anna@example.com")
    assert (tmp_path / "other" / "spotty.db").exists()


def test_settings_mask_secrets(spotty: Spotty, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set is shown, a secret only as set."""
    monkeypatch.setenv("SPOTTY_SPOTIFY_CLIENT_ID", "my-client")
    monkeypatch.setenv("SPOTTY_SPOTIFY_CLIENT_SECRET", "hunter2-hunter2")
    out = spotty("settings")
    assert "my-client" in out
    assert "hunter2" not in out
    assert "set, not shown" in out


@pytest.mark.parametrize("command", ["settings", "up", "room list"])
def test_an_unknown_setting_is_refused(spotty: Spotty, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """With the name that was probably meant."""
    monkeypatch.setenv("SPOTTY_HTP_PORT", "1")
    assert "SPOTTY_HTP_PORT is no setting. Did you mean SPOTTY_HTTP_PORT?" in spotty.fails(*command.split())


def test_a_replay_in_virtual_time(spotty: Spotty) -> None:
    """The home of our own making, as a table and as one JSON object."""
    table = spotty("replay")
    for part in ("Coverage", "Bathroom", "Kitchen", "Living room"):
        assert part in table
    scores = json.loads(spotty("replay", "--json"))["scores"]
    ours = [score for score in scores if score["rule"] == scores[0]["rule"]]
    assert {score["room"] for score in ours} == {"Bathroom", "Kitchen", "Living room"}
    assert all(0 <= score["coverage"] <= 1 for score in scores)


def test_a_replay_keeps_to_an_empty_directory(spotty: Spotty, tmp_path: Path) -> None:
    """What is there already is neither mixed with nor shut off from others."""
    (tmp_path / "full").mkdir(mode=0o755)
    (tmp_path / "full" / "spotty.db").write_text("mine")
    sentence = spotty.fails("replay", "--live", "--keep", str(tmp_path / "full"))
    assert "is not empty" in sentence
    assert (tmp_path / "full").stat().st_mode & 0o777 == 0o755


def test_the_embedded_broker_only(spotty: Spotty, monkeypatch: pytest.MonkeyPatch) -> None:
    """`spotty motion` shows a certificate of ours, which a foreign broker knows nothing of."""
    spotty("user", "add", "anna@example.com")
    spotty("sensor", "add", "pir", "--room", "Bath")
    monkeypatch.setenv("SPOTTY_MQTT_URL", "mqtt://127.0.0.1:1")
    assert "embedded broker only" in spotty.fails("motion", "pir")
