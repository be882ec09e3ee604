"""`spotty` in a terminal, and a browser beside it: real processes, real HTTP."""

import json
import os
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from spottypottysense.runtimes.appliance.settings import read
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET
from spottypottysense.simulator.remote import Remote

SPOTTY = (sys.executable, "-m", "spottypottysense.runtimes.appliance.cli")
ANNA, BEN = "anna@example.com", "ben@example.com"


class Terminal:
    """One operator at one house with Anna in it; `more` are settings."""

    def __init__(self, data: Path, spotify: Remote, **more: str) -> None:
        self._settings = {
            "SPOTTY_DATA": str(data),
            "SPOTTY_SPOTIFY_ACCOUNTS_URL": spotify.base_url,
            "SPOTTY_SPOTIFY_API_URL": spotify.base_url,
            "SPOTTY_SPOTIFY_CLIENT_ID": CLIENT_ID,
            "SPOTTY_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
            "SPOTTY_HTTP_PORT": "0",
            "SPOTTY_MQTT_PORT": "0",
            "SPOTTY_LOG_LEVEL": "debug",
        }
        self.set(**more)
        self.shown = ""
        house = self.house()
        house.core.accounts.found("Home", ANNA)
        house.close()

    def set(self, **settings: str) -> None:
        """Change settings; an empty one is taken away."""
        self._settings = {name: text for name, text in (self._settings | settings).items() if text}

    def house(self) -> House:
        """Open the house in this process; whoever asks closes it."""
        return build(read(self._settings))

    def spotty(self, *words: str, typed: str = "") -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it said."""
        process = self._start(*words)
        said, _ = process.communicate(typed, timeout=30)
        return self._ended(process, said)

    def report(self) -> dict[str, Any]:
        """Return what `spotty refresh --json` answers."""
        process = self._start("refresh", "--json", errors=subprocess.DEVNULL)
        said, _ = process.communicate(timeout=30)
        answer: dict[str, Any] = json.loads(said)
        return answer

    def connect(
        self, account: str, *words: str, email: str = ANNA, wrong_first: bool = False
    ) -> tuple[int, str]:
        """Run `spotty connect` while a browser on this machine consents as `account`."""
        process = self._start("connect", email, *words)
        page, said = _page(process)
        if page:
            back = browse(page, account)
            if wrong_first:
                assert _get(back.replace("state=", "state=not-"))[0] == 400
            assert _get(back)[0] == 200
        return self._ended(process, said + _rest(process))

    def connect_by_paste(self, account: str, *words: str, email: str = ANNA) -> tuple[int, str]:
        """Run `spotty connect` while somebody copies the address from a browser elsewhere."""
        process = self._start("connect", email, *words)
        page, said = _page(process)
        return self._ended(process, said + _rest(process, f"{browse(page, account)}\n" if page else ""))

    def _start(self, *words: str, errors: int = subprocess.STDOUT) -> subprocess.Popen[str]:
        env = {name: text for name, text in os.environ.items() if not name.startswith("SPOTTY_")}
        return subprocess.Popen(
            [*SPOTTY, *words],
            env=env | self._settings | {"COLUMNS": "200"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )

    def _ended(self, process: subprocess.Popen[str], said: str) -> tuple[int, str]:
        self.shown += said
        return process.returncode, said


def browse(page: str, account: str) -> str:
    """Open the consent page as `account`, agree, and return the address where the browser ends."""
    status, location = _get(f"{page}&{urlencode({'account': account})}")
    assert status == 302, location
    return location


def _page(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the consent page that the command shows, empty if it ends without, and all it said so far."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if line.strip().startswith("http"):
            return line.strip(), said
    return "", said


def _rest(process: subprocess.Popen[str], typed: str = "") -> str:
    """Type, and return what is said until the end."""
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(typed)
        process.stdin.close()
        said = process.stdout.read()
    process.wait(30)
    return said


def _get(url: str) -> tuple[int, str]:
    """Return the status, and where a redirect leads or else the page."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or answer.read().decode()
    finally:
        connection.close()
