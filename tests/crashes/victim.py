"""`spotty up` as a process that is killed and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_COMMAND = (str(Path(sys.executable).with_name("spotty")), "up")
_STARTED = b'"message": "started"'


def wait_for(what: str, seconds: float, happened: Callable[[], bool]) -> None:
    """Return as soon as `happened()`; fails with `what` when that takes longer than so many seconds."""
    assert wait_until(seconds, happened), f"{what} did not come about within {seconds:g} s"


def wait_until(seconds: float, happened: Callable[[], bool]) -> bool:
    """Return True as soon as `happened()`, False when that takes longer than so many seconds."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Victim:
    """An appliance on `data`; `environ` holds its settings, `log` what it says of itself."""

    def __init__(self, data: Path, environ: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._data = data
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SPOTTY_")}
        self._environ = inherited | dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._begins_at = 0

    def start(self) -> None:
        """Start it and return at once."""
        with self.log.open("ab") as log:
            self._begins_at = log.tell()
            self._process = subprocess.Popen(_COMMAND, env=self._environ, stdout=log, stderr=log)

    def is_up(self) -> bool:
        """Say whether it has started completely; fails if it ended by itself."""
        with self.log.open("rb") as log:
            log.seek(self._begins_at)
            said = log.read()
        assert self._running().poll() is None, f"it ended by itself: {said[-2000:].decode()}"
        return _STARTED in said

    def kill(self) -> bool:
        """Kill -9 the appliance, and nothing else; say whether it had started completely."""
        was_up = self.is_up()
        self._running().send_signal(signal.SIGKILL)
        self._running().wait()
        return was_up

    def kill_broker(self) -> bool:
        """Kill -9 its broker alone; say whether there was one to kill."""
        try:
            pid = int(json.loads((self._data / "broker" / "running.json").read_bytes())["pid"])
        except FileNotFoundError:
            return False
        if pid not in self.processes():
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def stop(self) -> int:
        """Let it end in its own way and return its exit status."""
        self._running().terminate()
        return self._running().wait(30)

    def end(self) -> None:
        """See to it that nothing of it is left, however the test went."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        wait_for("the end of its broker", 15, lambda: not self.processes())

    def processes(self) -> list[int]:
        """Return the processes that still work on this data directory, apart from the appliance itself."""
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if self._works_here(path)]

    def _works_here(self, process: Path) -> bool:
        try:
            return os.fsencode(self._data) in (process / "cmdline").read_bytes()
        except OSError:
            return False

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process
