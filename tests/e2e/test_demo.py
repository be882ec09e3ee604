"""`spotty demo` as a person runs it: what it prints, shows, writes and leaves behind."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families

from devices.device import eventually
from spottypottysense.api.advice import with_advice
from spottypottysense.reasons import Reason, sentence
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.simulator.demo_world import CLIENT_SECRET

SPOTTY = Path(sys.executable).with_name("spotty")
TOKEN_OR_CODE = re.compile(rb"\b[AB]Q[A-Za-z0-9_-]{60,}")
PRIVATE_KEY_FILES = re.compile(r"pki/(ca\.key|hub\.pem|server\.pem)|sensors/[a-z0-9-]+/key\.pem")

STORY = (
    ("Bathroom", "▶", Reason.ARRIVED),
    ("Bathroom", "♪", Reason.STARTED),
    ("Bathroom", "■", Reason.PAUSED),
    ("Bathroom", "♪", Reason.RESUMED),
    ("Kitchen", "♪", Reason.HANDED_OVER),
    ("Bathroom", "→", Reason.WENT_ALONG),
    ("Bathroom", "· Silent.", Reason.USER_PAUSED),
    ("Bathroom", "· Silent.", Reason.OWN_MUSIC),
    ("Bedroom", "♪", Reason.HANDED_OVER),
    ("Bedroom", "♪", Reason.SONG_FINISHES),
    ("Bedroom", "■", Reason.PAUSED),
    ("Bedroom", "· Silent.", Reason.SPEAKER_ASLEEP),
)
"""What the first minute shows: room, mark, reason."""


class Demo:
    """A demo in a process group of its own, as a terminal gives it; its output is read along."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            [SPOTTY, "demo", "--in", directory, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("SPOTTY_")},
        )
        self.output = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def url(self) -> str:
        """Where its status page is, once that was printed."""
        assert eventually(lambda: b"/app/" in self.output, 20), self.output
        found = re.search(rb"http://127\.0\.0\.1:\d+/app/", self.output)
        assert found is not None
        return found[0].decode()

    def prints(self, text: str, seconds: float) -> bool:
        """Wait until this was printed."""
        return eventually(lambda: text.encode() in self.output, seconds)

    def ends(self, seconds: float) -> int:
        """Wait until it has ended, and return its exit code."""
        code = self.process.wait(seconds)
        self._reader.join()
        return code

    def left_over(self) -> list[int]:
        """Return the processes that still name this demo's directory, or have it as their leader."""
        return [pid for pid in _processes() if str(self.directory) in _words(pid)]

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            while piece := os.read(stream.fileno(), 65536):
                self.output += piece


@contextmanager
def _demo(directory: Path, *options: str) -> Iterator[Demo]:
    demo = Demo(directory, *options)
    try:
        yield demo
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(demo.process.pid, signal.SIGKILL)
        demo.process.wait()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, dict[str, str], list[int]]]:
    """A whole run of a minute: the demo, its pages while it began, and its children."""
    with _demo(tmp_path_factory.mktemp("demo") / "house", "--seconds", "62") as demo:
        base = demo.url.removesuffix("/app/")
        assert demo.prints("Living room   motion_detected  ♪ The music started.", 8)
        pages = {path: _get(base + path) for path in ("/app/", "/healthz", "/metrics", "/openapi.json")}
        children = _children_of(demo.process.pid)
        yield demo, pages, children


@pytest.mark.slow
def test_it_ends_cleanly(watched: tuple[Demo, dict[str, str], list[int]]) -> None:
    """Nothing goes wrong, and nothing is left behind but the directory that it names."""
    demo, _, children = watched
    assert demo.ends(80) == 0, demo.output.decode()
    assert "Traceback" not in demo.output.decode()
    assert str(demo.directory) in demo.output.decode()
    assert len(children) == 2, "the broker and the pretend Spotify"
    assert [pid for pid in children if _words(pid)] == []
    assert demo.left_over() == []


@pytest.mark.slow
@pytest.mark.parametrize(("room", "mark", "reason"), STORY, ids=str)
def test_it_shows_the_whole_story(
    watched: tuple[Demo, dict[str, str], list[int]], room: str, mark: str, reason: Reason
) -> None:
    """The first minute prints each of these as an owner reads it; the journal has it too."""
    demo, _, _ = watched
    demo.ends(80)
    shown = f"{mark} {with_advice(reason, room)}" if mark == "· Silent." else f"{mark} {sentence(reason)}"
    told = [line for line in demo.output.decode().splitlines() if f"  {room} " in line]
    assert [line for line in told if line.endswith(shown)], "\n".join(told)
    assert (room, reason) in _journaled(demo.directory)


@pytest.mark.slow
def test_its_pages_tell_the_same(watched: tuple[Demo, dict[str, str], list[int]]) -> None:
    """The status page names rooms, music and decisions; health and figures are those of a working house."""
    _, pages, _ = watched
    for part in ("Bathroom", "Kitchen", "Living room", "Bedroom", "plays", "Somebody came in."):
        assert part in pages["/app/"]
    assert pages["/healthz"] == '{"status":"ok"}'
    figures = {
        sample.name: sample.value
        for family in text_string_to_metric_families(pages["/metrics"])
        for sample in family.samples
    }
    assert figures["spotty_mqtt_connected"] == 1
    assert figures["spotty_sessions_open"] >= 1
    assert figures["spotty_motion_seconds_count"] >= 2


@pytest.mark.slow
def test_no_secret_is_written_anywhere(watched: tuple[Demo, dict[str, str], list[int]]) -> None:
    """Tokens, codes, client secret and bearer headers are in no file and no line of output.

    Private keys lie in their own files, which nobody else can read.
    """
    demo, pages, _ = watched
    demo.ends(80)
    secrets = [CLIENT_SECRET.encode(), b"Bearer ", *_stored_tokens(demo.directory)]
    assert len(secrets) == 6
    written = {str(p.relative_to(demo.directory)): p for p in demo.directory.rglob("*") if p.is_file()}
    texts = {name: path.read_bytes() for name, path in written.items()}
    texts |= {"output": demo.output, **{path: page.encode() for path, page in pages.items()}}
    assert "spotty.db" in texts
    assert "log.jsonl" in texts
    for name, text in texts.items():
        assert not TOKEN_OR_CODE.search(text), name
        assert not [secret for secret in secrets if secret in text], name
        if b"PRIVATE KEY" in text:
            assert PRIVATE_KEY_FILES.fullmatch(name), name
            assert written[name].stat().st_mode & 0o077 == 0, name


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    """The whole group gets the signal, as from a terminal; all of it is gone within ten seconds."""
    with _demo(tmp_path / "house") as demo:
        assert demo.prints("The music started.", 20)
        children = _children_of(demo.process.pid)
        os.killpg(demo.process.pid, signal.SIGINT)
        assert demo.ends(10) == 0, demo.output.decode()
        assert b"Traceback" not in demo.output
        assert b"Stopping." in demo.output
        assert len(children) == 2
        assert [pid for pid in children if _words(pid)] == []
        log = (demo.directory / "log.jsonl").read_text()
        assert '"level": "error"' not in log
        assert "traceback" not in log


def test_a_second_one_moves_aside(tmp_path: Path) -> None:
    """It takes free ports, and the same directory it does not take."""
    with _demo(tmp_path / "one") as first, _demo(tmp_path / "two") as second:
        assert first.url != second.url
        assert "Bathroom" in _get(first.url)
        assert "Bathroom" in _get(second.url)
        with _demo(tmp_path / "one") as third:
            assert third.ends(20) == 1
            assert third.output.decode().startswith("spotty: Another demo runs in")
        assert "Bathroom" in _get(first.url)
        for demo in (first, second):
            os.killpg(demo.process.pid, signal.SIGTERM)
            assert demo.ends(10) == 0, demo.output.decode()


def test_it_removes_nothing_that_is_not_its_own(tmp_path: Path) -> None:
    """A directory with other things in it is refused in one sentence, and stays as it is."""
    (tmp_path / "thesis.txt").write_text("dear")
    with _demo(tmp_path) as demo:
        assert demo.ends(20) == 1
        assert demo.output.decode().startswith(f"spotty: {tmp_path} holds something that is not a demo's")
    assert (tmp_path / "thesis.txt").read_text() == "dear"


def test_a_killed_demo_leaves_nothing_running(tmp_path: Path) -> None:
    """Even after kill -9 the broker and the pretend Spotify go by themselves, and the next demo starts."""
    with _demo(tmp_path / "house") as demo:
        assert demo.prints("The music started.", 20)
        children = _children_of(demo.process.pid)
        demo.process.kill()
        demo.ends(10)
        assert eventually(lambda: not [pid for pid in children if _words(pid)], 10)
    with _demo(tmp_path / "house", "--seconds", "0.5") as again:
        assert again.ends(20) == 0, again.output.decode()


def _get(url: str) -> str:
    answer = urllib3.request("GET", url, timeout=5, retries=False)
    assert answer.status == 200, answer.data
    return answer.data.decode()


def _journaled(directory: Path) -> set[tuple[str, str]]:
    """Return the reasons and outcomes that the journal has, with their rooms."""
    with closing(sqlite3.connect(directory / "spotty.db")) as database:
        rows = database.execute(
            "SELECT rooms.name, reason, outcome FROM journal JOIN rooms ON rooms.id = room_id"
        ).fetchall()
    return {(room, code) for room, *codes in rows for code in codes}


def _stored_tokens(directory: Path) -> list[bytes]:
    """Return the tokens that the house has at the end, unsealed with its own key."""
    vault = Vault(directory / "grants.key")
    with closing(sqlite3.connect(directory / "spotty.db")) as database:
        rows = database.execute(
            "SELECT user_id, client_id, access_token, refresh_token FROM grants"
        ).fetchall()
    return [
        vault.open(sealed, user, client, purpose).reveal().encode()
        for user, client, access, refresh in rows
        for sealed, purpose in ((access, "access"), (refresh, "refresh"))
    ]


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _words(pid: int) -> str:
    """Return the command line of a process that lives; none of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _children_of(parent: int) -> list[int]:
    children = []
    for pid in _processes():
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text()
            if int(stat.rpartition(")")[2].split()[1]) == parent:
                children.append(pid)
    return children
