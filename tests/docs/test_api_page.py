"""The page of the API: up to date, and each command on it works for somebody who has just begun."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spottypottysense.api import markdown
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import build

_PAGE = Path(__file__).parents[2] / "docs" / "api.md"
_NO_SPOTIFY = "http://127.0.0.1:1"


class Newcomer:
    """Somebody with a shell, who copies commands from the page."""

    def __init__(self, directory: Path, house: str, invitation: str) -> None:
        self._directory = directory
        self.knows = {"HOUSE": house, "INVITATION": invitation}

    def runs(self, command: str) -> tuple[int, Any]:
        """Run a command of the page and return status and answer."""
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command.replace("curl ", "curl -w '\\n%{http_code}' ", 1)],
            cwd=self._directory,
            env=os.environ | self.knows,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert run.returncode == 0, f"{command}\n{run.stderr}"
        body, _, status = run.stdout.rpartition("\n")
        return int(status), _read(body)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    """Somebody with the link to a house that runs for the first time, without Spotify."""
    house = build(pretend_settings(tmp_path / "data", _NO_SPOTIFY))
    appliance = Appliance(house)
    appliance.start()
    try:
        link, _ = house.core.access.invitations.set_up_link("")
        yield Newcomer(tmp_path, appliance.url.removesuffix("/app/"), link.reveal())
    finally:
        appliance.stop()


def test_the_page_is_up_to_date() -> None:
    """`docs/api.md` is what the command in it writes."""
    written = subprocess.run(
        [sys.executable, "-m", markdown.__name__], capture_output=True, text=True, check=True
    )
    assert _PAGE.read_text(encoding="utf-8") == written.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed (Debian: curl)")
def test_every_command_works_for_a_newcomer(newcomer: Newcomer) -> None:
    """From the link to the password, to a token, to an answer from each subject; nothing is made up."""
    accept, sign_in, make_token, *examples = commands()
    for command in (accept, sign_in):
        status, came_in = newcomer.runs(command)
        assert status == 200, came_in
        assert came_in["user"]["email"] == "anna@example.com"
    status, made = newcomer.runs(make_token)
    assert status == 201, made
    newcomer.knows["TOKEN"] = made["secret"]
    assert examples
    for command in examples:
        status, answer = newcomer.runs(command)
        needs_spotify = status == 403 and answer["error"] == "NeedsPerson"
        assert status < 300 or needs_spotify, f"{command}\n{status} {answer}"


def commands() -> list[str]:
    """Return the commands of the page, in their order."""
    return re.findall(r"```sh\n(.*?)\n```", _PAGE.read_text(encoding="utf-8"), re.S)


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
