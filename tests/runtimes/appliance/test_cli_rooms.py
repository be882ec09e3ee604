"""Rooms at the command line: every wish is kept and shown, and what cannot be is one sentence."""

import pytest

from runtimes.appliance.command_line import Spotty
from spottypottysense.simulator.demo_world import OWNER
from spottypottysense.simulator.remote import Remote

LINK = "https://open.spotify.com/playlist/37i9dQZF1DX?si=abc"
MIX = "spotify:playlist:37i9dQZF1DX"


@pytest.fixture
def home(spotty: Spotty) -> Spotty:
    """A house of two people and one room."""
    spotty("user", "add", "anna@example.com")
    spotty("user", "add", "ben@example.com")
    spotty("room", "set", "Bath", "--account", "anna@example.com")
    return spotty


def test_how_music_begins_and_ends(home: Spotty) -> None:
    """What is out of the ordinary is shown in the list, and can be taken back."""
    wishes = ("--beginning", "resume", "--ending", "fade", "--fade-in", "--no-follow")
    home("room", "set", "Bath", *wishes, "--stand-in", "ben@example.com")
    shown = home("room", "list")
    for part in ("begins: resume", "ends: fade", "fades in", "does not follow", "stand-ins: ben@example.com"):
        assert part in shown
    home("room", "set", "Bath", "--beginning", "anywhere", "--ending", "stop", "--no-fade-in", "--follow")
    home("room", "set", "Bath", "--stand-in", "none")
    shown = home("room", "list")
    for part in ("begins", "ends", "fades", "follow", "stand-ins"):
        assert part not in shown


def test_a_day_in_a_room(home: Spotty) -> None:
    """Parts of the day come with their usual times, are changed one value at a time, and go again."""
    assert "the same at any time" in home("room", "programme", "Bath")
    home("room", "programme", "Bath", "night", "--ceiling", "15")
    said = home("room", "programme", "Bath", "morning", "--from", "6:30", "--play", LINK)
    assert said.splitlines() == [
        f"morning from 06:30: {MIX}",
        "night from 22:00: nothing yet, never louder than 15",
    ]
    assert home("room", "programme", "Bath", "morning", "--from", "7:00").startswith(
        f"morning from 07:00: {MIX}"
    )
    assert "morning from 07:00, night from 22:00" in home("room", "list")
    assert "morning" not in home("room", "programme", "Bath", "morning", "--clear")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("programme", "Attic", "night"), "There is no room 'Attic': choose one of Bath."),
        (("programme", "Bath", "--ceiling", "3"), "Name the part of the day"),
        (("programme", "Bath", "night", "--from", "25:00"), "write 06:30"),
        (("programme", "Bath", "night", "--from", "late"), "write 06:30"),
        (("programme", "Bath", "night", "--ceiling", "101"), "between 0 and 100"),
        (("programme", "Bath", "night", "--play", "a song"), "Give a link or URI"),
        (("set", "Bath", "--stand-in", "anna@example.com"), "stands in once"),
        (("set", "Bath", "--stand-in", "nobody@example.com"), "There is no user"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_one_sentence(home: Spotty, words: tuple[str, ...], sentence: str) -> None:
    """It says what to do, and changes nothing."""
    before = home("room", "list")
    assert sentence in home.fails("room", *words)
    assert home("room", "list") == before


def test_the_household_decides_between_people(home: Spotty) -> None:
    """Both choices are off until somebody makes them."""
    assert "takes_over, latest_wins" in home("household", "set", "--take-over", "--latest-wins")
    assert "takes_over" in home("household", "set", "--no-take-over")


def test_a_speaker_is_looked_up_when_it_is_chosen(furnished: Spotty, spotify: Remote) -> None:
    """Nothing is refused, for a speaker may be switched off just now; what is odd about it is said."""
    for key in ("one", "other"):
        spotify.post("speakers", key=key, name="Twin", accounts=[OWNER])
    assert furnished("room", "set", "Bathroom", "--speaker", "Kitchen speaker") == "Bathroom: speaker set.\n"
    assert "Several speakers have this name" in furnished("room", "set", "Bathroom", "--speaker", "Twin")
    missing = furnished("room", "set", "Bathroom", "--speaker", "Attic speaker")
    assert "Bathroom: speaker set." in missing
    assert "Spotify does not see the speaker" in missing
    assert "Attic speaker" in furnished("room", "list")


def test_a_speaker_that_cannot_be_looked_up(furnished: Spotty, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is chosen all the same, and the reason is said; who is not connected is not asked."""
    monkeypatch.setenv("SPOTTY_SPOTIFY_API_URL", "http://127.0.0.1:1")
    said = furnished("room", "set", "Bathroom", "--speaker", "Hifi")
    assert "Bathroom: speaker set." in said
    assert "could not be asked" in said
    furnished("user", "add", "new@example.com")
    alone = furnished("room", "set", "Attic", "--speaker", "Hifi", "--account", "new@example.com")
    assert alone == "Attic: speaker, account set.\n"
