"""What fails beside the house: Spotify, the broker, the machine. It recovers, and no music is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devices.device import Device, eventually
from e2e.living import BATH, KITCHEN, Living, commands, fault, heal
from spottypottysense.presence.model import Music
from spottypottysense.reasons import Reason
from spottypottysense.simulator import demo_world
from spottypottysense.simulator.demo_world import OWNER, PARTNER
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import Running
from spottypottysense.simulator.world import World


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("server_error", {"path": "/v1/"}),
        pytest.param("latency", {"seconds": 5.0, "path": "/v1/"}, marks=pytest.mark.slow),
        pytest.param("disconnect", {"path": "/v1/"}, marks=pytest.mark.slow),
        ("empty_200", {"path": "/v1/"}),
    ],
)
def test_spotify_is_down_when_somebody_comes(home: Living, name: str, settings: dict[str, object]) -> None:
    """The visit is silent and says why; the next one plays."""
    fault(home.spotify, name, **settings)
    home.moves()
    assert eventually(lambda: Reason.SPOTIFY_UNAVAILABLE in home.outcomes(), 30)
    heal(home.spotify)
    assert home.falls_silent()
    home.moves()
    assert home.waits_for(Reason.STARTED)


@pytest.mark.parametrize("name", ["server_error", pytest.param("disconnect", marks=pytest.mark.slow)])
def test_spotify_is_down_when_everybody_has_gone(home: Living, name: str) -> None:
    """The music cannot be paused at once; it is as soon as Spotify is back, and the other room plays."""
    home.moves()
    assert home.waits_for(Reason.STARTED)
    fault(home.spotify, name, account=OWNER, path="/v1/")
    assert home.waits_for(Reason.SPOTIFY_UNAVAILABLE, seconds=30)
    assert home.plays()
    home.moves(KITCHEN)
    assert home.waits_for(Reason.STARTED, KITCHEN)
    heal(home.spotify)
    home.house.core.presence.mend()
    assert eventually(lambda: not home.plays())
    assert home.falls_silent(PARTNER)
    assert eventually(lambda: home.house.core.playback.receipts() == ())


def test_a_start_that_was_carried_out_unheard_is_paused(home: Living) -> None:
    """The line broke after Spotify had started the music: it is known to be ours, and ends."""
    fault(home.spotify, "disconnect", path="/v1/me/player/play", after=True)
    home.moves()
    assert home.waits_for(Reason.SPOTIFY_UNAVAILABLE, seconds=30)
    heal(home.spotify)
    assert home.plays()
    assert eventually(lambda: not home.house.core.presence.open_sessions())
    home.house.core.presence.mend()
    assert home.falls_silent()


@pytest.mark.slow
def test_nobody_needs_to_lift_a_finger(home: Living) -> None:
    """The house itself looks after what was left lying, within a minute."""
    home.moves()
    assert home.waits_for(Reason.STARTED)
    fault(home.spotify, "server_error", path="/v1/")
    assert home.waits_for(Reason.SPOTIFY_UNAVAILABLE, seconds=30)
    heal(home.spotify)
    assert home.plays()
    assert home.falls_silent(seconds=45)
    assert eventually(lambda: home.house.core.playback.receipts() == ())


def test_spotify_is_gone_altogether(tmp_path: Path) -> None:
    """Nothing answers at Spotify's address when the visit ends; back again, it is asked to pause."""
    world = demo_world.furnish(World())
    first = Running(world)
    first.start()
    home = Living(tmp_path / "data", Remote(first.base_url)).start()
    second = None
    try:
        home.moves()
        assert home.waits_for(Reason.STARTED)
        first.stop()
        assert home.waits_for(Reason.SPOTIFY_UNAVAILABLE, seconds=30)
        second = Running(world, port=urlsplit(first.base_url).port or 0)
        second.start()
        home.house.core.presence.mend()
        assert home.falls_silent()
    finally:
        home.stop()
        if second is not None:
            second.stop()


def test_the_broker_is_killed(home: Living) -> None:
    """It comes back by itself; a motion that was published in between is taken in and plays."""
    home.waits_in_rooms(timedelta(minutes=1))  # longer than the broker is away on a busy machine
    device, before = home.device(BATH), _broker_pid(home)
    os.kill(before, signal.SIGKILL)
    assert device.was_cut_off.wait(5)
    at = datetime.now(UTC).timestamp()
    assert eventually(lambda: _says_again(home, at), 15)
    assert home.waits_for(Reason.STARTED)
    assert _broker_pid(home) != before
    assert home.reasons()[0] is Reason.ARRIVED


def test_a_restart_in_the_middle_of_a_visit(home: Living) -> None:
    """The visit that was open is ended after the restart, by its own deadline, and its music paused."""
    home.moves()
    assert home.waits_for(Reason.STARTED)
    home.stop()
    assert home.plays()
    home.restart()
    assert home.waits_for(Reason.PAUSED)
    assert not home.plays()
    assert home.reasons() == [Reason.ARRIVED, Reason.TIMEOUT]


def test_a_retained_motion_starts_nothing_after_a_restart(home: Living) -> None:
    """A motion that the broker kept is told again to whoever connects: it is old news."""
    topic = f"sensors/{BATH}/motion"
    home.device(BATH).say(topic, json.dumps({"event": "motion_detected"}), retain=True)
    assert home.waits_for(Reason.PAUSED)
    home.stop()
    home.restart()
    assert eventually(lambda: home.reasons()[-1] is Reason.STALE)
    assert commands(home.spotify, OWNER).count("play") == 1


@pytest.mark.parametrize("fresh", [True, False], ids=["taken up", "given up"])
def test_killed_before_the_music_could_start(tmp_path: Path, spotify: Remote, fresh: bool) -> None:
    """A start that the crash left pending is taken up while it is fresh, else given up with its reason."""
    home = Living(
        tmp_path / "data", spotify, timedelta(seconds=30), SPOTTY_STALE_AFTER="60" if fresh else "1"
    )
    home.appliance.stop()
    with _process(home) as endpoints:
        fault(spotify, "latency", seconds=30.0, path="/v1/")
        port = int(endpoints["mqtt"].rpartition(":")[2])
        bundle = home.directory / "sensors" / BATH
        device = Device("127.0.0.1", port, bundle / "ca.pem", bundle, BATH)
        assert device.connect()
        device.say(f"sensors/{BATH}/motion", json.dumps({"event": "motion_detected"}))
        assert eventually(lambda: _has_open_session(home))
        device.close()
    heal(spotify)
    if not fresh:
        time.sleep(1.1)  # the motion grows stale
    home.restart()
    try:
        if fresh:
            assert eventually(home.plays)
        else:
            assert eventually(lambda: home.house.core.presence.open_sessions()[0].music is Music.SILENT)
            (session,) = home.house.core.presence.open_sessions()
            assert session.silent_reason is Reason.RESTARTED
    finally:
        home.stop()


def _says_again(home: Living, at: float) -> bool:
    """Publish, as a sensor that buffers does, once the broker takes connections again."""
    try:
        home.moves(timestamp=at, messageId="in between")
    except AssertionError:
        return False
    return True


def _broker_pid(home: Living) -> int:
    return int(json.loads((home.directory / "broker" / "running.json").read_text())["pid"])


def _has_open_session(home: Living) -> bool:
    reader = home._build()
    try:
        return any(session.music is Music.PENDING for session in reader.core.presence.open_sessions())
    finally:
        reader.close()


@contextmanager
def _process(home: Living) -> Iterator[dict[str, str]]:
    """Run the appliance in a process of its own, and kill it at the end as a power cut does."""
    settings = home.house.settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPOTTY_")} | {
        "SPOTTY_DATA": str(settings.data),
        "SPOTTY_HTTP_PORT": "0",
        "SPOTTY_MQTT_PORT": "0",
        "SPOTTY_SPOTIFY_ACCOUNTS_URL": settings.spotify_accounts_url,
        "SPOTTY_SPOTIFY_API_URL": settings.spotify_api_url,
        "SPOTTY_SPOTIFY_CLIENT_ID": "demo-client",
        "SPOTTY_SPOTIFY_CLIENT_SECRET": "demo-secret",
    }
    spotty = Path(sys.executable).with_name("spotty")
    file = settings.data / "endpoints.json"
    with subprocess.Popen(
        [spotty, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert eventually(file.exists, 20)
            yield json.loads(file.read_text())
        finally:
            process.kill()
