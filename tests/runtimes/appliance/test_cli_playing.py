"""Music by hand at the command line: a command ends when the music did what was asked, and says so."""

import os
from typing import Any

import pytest

from runtimes.appliance.command_line import Spotty
from spottypottysense.runtimes.appliance.files import locked
from spottypottysense.runtimes.appliance.settings import read
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.simulator.demo_world import OWNER, PARTNER, playlist_uri
from spottypottysense.simulator.remote import Remote


def playing(spotify: Remote, account: str = OWNER) -> str | None:
    """Return the speaker that an account's music is heard on."""
    accounts: list[dict[str, Any]] = spotify.get("state")["accounts"]
    found = next(each for each in accounts if each["id"] == account)
    return str(found["speaker"]) if found["playing"] else None


def test_music_starts_and_stops_by_hand(furnished: Spotty, spotify: Remote) -> None:
    """When the command ends the music plays, or is silent."""
    started = furnished("play", "Bathroom")
    assert started.startswith("Bathroom: The music started.\n")
    assert "The appliance does not run" in started
    assert playing(spotify) == "bathroom"
    with locked(furnished.data / "appliance.lock"):
        assert furnished("play", "Bathroom") == "Bathroom: Our music was playing here already.\n"
    assert furnished("stop", "Bathroom") == "Bathroom: The music was paused.\n"
    assert playing(spotify) is None
    assert furnished("stop", "Bathroom") == "Bathroom: The music was silent already.\n"
    assert "Somebody asked for it by hand. The music started." in furnished("decisions")


def test_music_is_called_to_another_room(furnished: Spotty, spotify: Remote) -> None:
    """Who asks by hand need not walk."""
    furnished("play", "Bathroom")
    assert "Kitchen: The music came along from another room." in furnished("play", "Kitchen")
    assert playing(spotify) == "kitchen"


def test_somebodys_own_music_is_left_alone(furnished: Spotty, spotify: Remote) -> None:
    """The sentence says how to have it otherwise, and that works as it stands there."""
    spotify.post(f"accounts/{OWNER}/act", do="play", speaker="iphone", context_uri=playlist_uri("evening"))
    code, said, _ = furnished.run("play", "Bathroom")
    assert code == 1
    assert "Somebody's own music was playing: left alone." in said
    assert "`spotty play Bathroom --take-over`" in said
    assert playing(spotify) == "iphone"
    assert "The music started." in furnished("play", "Bathroom", "--take-over")
    assert playing(spotify) == "bathroom"


def test_what_keeps_a_room_silent_is_said(furnished: Spotty) -> None:
    """A room without music, and a speaker that is not there: sentence, what to do, exit code 1."""
    furnished("room", "set", "Attic")
    code, said, _ = furnished.run("play", "Attic")
    assert (code, "spotty room set Attic --account EMAIL" in said) == (1, True)
    furnished("room", "set", "Bathroom", "--speaker", "Ghost")
    code, said, _ = furnished.run("play", "Bathroom")
    assert code == 1
    assert "Spotify does not see the speaker" in said
    assert f"`spotty speakers {OWNER}@example.com`" in said


def test_everything_stops(furnished: Spotty, spotify: Remote) -> None:
    """All rooms are silent, and the house is snoozed until that is ended."""
    furnished("play", "Bathroom")
    furnished("play", "Bedroom")
    said = furnished("stop", "--everything", "--for", "30")
    assert said.startswith("Music stopped in 2 rooms.\n")
    assert "for 30 minutes" in said
    assert (playing(spotify), playing(spotify, PARTNER)) == (None, None)
    assert "Home: The music is snoozed" in furnished.run("doctor")[1]
    assert "not snoozed any more" in furnished("snooze", "--end")
    assert "snoozed" not in furnished.run("doctor")[1]


def test_a_snooze_keeps_motion_from_music(furnished: Spotty) -> None:
    """The whole house or one room; a person may have music all the same."""
    assert furnished("snooze").startswith("Home is snoozed until ")
    furnished("snooze", "--end")
    assert furnished("snooze", "Bathroom", "--for", "5").startswith("Bathroom is snoozed until ")
    assert "snoozed until" in furnished("room", "list")
    house = _house()
    house.core.presence.take_in("sensors/pir/motion", b'{"event": "motion_detected"}', house.clock.now())
    house.close()
    assert "End the snooze" in furnished("decisions")
    assert "The music started." in furnished("play", "Bathroom")


def test_the_house_is_switched(furnished: Spotty, spotify: Remote) -> None:
    """Away stops what plays; with guests, music plays by hand."""
    furnished("play", "Bathroom")
    assert furnished("switch", "guests") == "Home is switched to guests.\n"
    assert playing(spotify) is not None
    assert "music starts by hand only" in furnished.run("doctor")[1]
    assert furnished("switch", "away") == "Home is switched to away.\n"
    assert playing(spotify) is None
    assert furnished("switch", "home") == "Home is switched to home.\n"


def test_figures_of_what_was_played(furnished: Spotty) -> None:
    """A visit with music has its first note, one without its reason."""
    assert "Nobody visited a room in the last 7 days" in furnished("figures")
    furnished("play", "Bathroom")
    furnished("room", "set", "Bedroom", "--speaker", "Ghost")
    furnished.run("play", "Bedroom")
    rows = furnished("figures", "--days", "1").splitlines()
    (bath,) = [row for row in rows if "Bathroom" in row]
    assert "95 of 100 within" in bath
    (bed,) = [row for row in rows if "Bedroom" in row]
    assert "1 x Spotify does not see the speaker" in bed
    assert "spotty speakers" in bed


def test_speakers_are_listed(furnished: Spotty, spotify: Remote) -> None:
    """With what a person must know before choosing one."""
    spotify.post("speakers", name="Hifi", accounts=[OWNER], is_restricted=True)
    spotify.post("speakers", name="Old radio", accounts=[OWNER], supports_volume=False)
    furnished("play", "Bathroom")
    rows = furnished("speakers", f"{OWNER}@example.com").splitlines()
    said = {name: next(row for row in rows if name in row) for name in ("Bathroom", "Hifi", "Old radio")}
    assert "active" in said["Bathroom"]
    assert "takes no commands" in said["Hifi"]
    assert "cannot be set" in said["Old radio"]
    furnished("user", "add", "new@example.com")
    assert "`spotty connect new@example.com`" in furnished.fails("speakers", "new@example.com")


@pytest.mark.slow
def test_a_speaker_is_tested(furnished: Spotty, spotify: Remote) -> None:
    """A room's, or one by name: a few seconds, and only while nothing else plays."""
    assert furnished("test-speaker", "Bathroom") == "Bathroom speaker: it plays.\n"
    assert playing(spotify) is None
    by_name = ("test-speaker", "--speaker", "Kitchen speaker", "--account", f"{OWNER}@example.com")
    assert furnished(*by_name) == "Kitchen speaker: it plays.\n"
    furnished("play", "Bathroom")
    code, said, _ = furnished.run(*by_name)
    assert (code, "left alone" in said) == (1, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("play", "Attic"), "There is no room 'Attic': choose one of Bathroom, Bedroom, Kitchen."),
        (("stop",), "Name a room, or stop --everything."),
        (("stop", "Bathroom", "--everything"), "Name a room, or stop --everything."),
        (("snooze", "--for", "nan"), "no span of time"),
        (("snooze", "--for", "0"), "at most 7 days"),
        (("test-speaker",), "Name a room, or --speaker with --account."),
        (("test-speaker", "--speaker", "Hifi"), "Name a room, or --speaker with --account."),
        (("speakers", "nobody@example.com"), "There is no user"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_one_sentence(furnished: Spotty, words: tuple[str, ...], sentence: str) -> None:
    """It says what to do instead."""
    assert sentence in furnished.fails(*words)


def _house() -> House:
    """Open the house of the environment."""
    return build(read(os.environ))
