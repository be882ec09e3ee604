"""What to do about a reason: a command that works as it is shown, and a page that is up to date."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from spottypottysense.api import advice as table
from spottypottysense.api.advice import advice, with_advice
from spottypottysense.reasons import Fix, Reason, fix, sentence
from spottypottysense.runtimes.appliance.cli import app


def test_every_fix_has_its_phrase() -> None:
    """Each kind of fix is somebody's, and whoever has it is told what to do."""
    mended = {reason: fix(reason) for reason in Reason}
    assert set(mended.values()) - {None} == set(Fix)
    assert all(bool(advice(reason)) is (how is not None) for reason, how in mended.items())


@pytest.mark.parametrize("reason", [reason for reason in Reason if fix(reason)], ids=str)
def test_the_commands_exist_with_their_options(reason: Reason) -> None:
    """Whoever copies what is shown is not refused for a word that the command line does not know."""
    commands = re.findall(r"`spotty ([^`]+)`", advice(reason, "Bath room", "pir", "anna@example.com"))
    assert commands
    for line in commands:
        command, words = typer.main.get_command(app), shlex.split(line)
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known


def test_names_stand_as_a_shell_takes_them() -> None:
    """A room with a space, or one that would do harm, is one word of the command."""
    hostile = "Bath; rm -rf $HOME `id`"
    said = advice(Reason.OWN_MUSIC, hostile)
    assert shlex.split(said.partition("`spotty ")[2].rpartition("`")[0]) == ["play", hostile, "--take-over"]
    assert "`spotty play ROOM`" in advice(Reason.QUIET_HOURS)
    assert "spotty connect anna@example.com" in advice(Reason.RECONNECT, email="anna@example.com")


def test_a_sentence_and_what_to_do() -> None:
    """Where nothing is to be mended, the sentence stands alone."""
    assert with_advice(Reason.STARTED) == sentence(Reason.STARTED)
    assert with_advice(Reason.AWAY) == f"{sentence(Reason.AWAY)} {advice(Reason.AWAY)}"


def test_the_page_of_reasons_is_up_to_date() -> None:
    """`docs/reasons.md` is what the command in it writes, and has every reason once."""
    page = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text(encoding="utf-8")
    written = subprocess.run(
        [sys.executable, "-m", table.__name__], capture_output=True, text=True, check=True
    )
    assert page == written.stdout
    assert re.findall(r"^\| `(\w+)` \|", page, re.M) == [str(reason) for reason in Reason]
