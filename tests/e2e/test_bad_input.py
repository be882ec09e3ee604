"""Messages that no sensor should send: each has its reason in the journal, and nothing else is affected."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from devices.device import eventually
from e2e.living import BATH, KITCHEN, Living
from spottypottysense.presence.model import Action
from spottypottysense.reasons import Reason
from spottypottysense.simulator.demo_world import PARTNER
from spottypottysense.simulator.remote import Remote

_NOW = datetime.now(UTC).timestamp()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, spotify_url: str) -> Iterator[Living]:
    """One house for all these messages; what is left of one must not disturb the next."""
    spotify = Remote(spotify_url)
    spotify.post("reset")
    living = Living(tmp_path_factory.mktemp("bad") / "data", spotify)
    try:
        yield living.start()
    finally:
        living.stop()


def _motion(**fields: object) -> str:
    return json.dumps({"event": "motion_detected", **fields})


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.BAD_PAYLOAD),
        (b'{"event": "motion_det', Reason.BAD_PAYLOAD),
        (b"\xff\xfe\x00", Reason.BAD_PAYLOAD),
        (b"null", Reason.BAD_PAYLOAD),
        (b"[1, 2]", Reason.BAD_PAYLOAD),
        (b"[" * 100_000, Reason.BAD_PAYLOAD),
        (b"{}", Reason.BAD_PAYLOAD),
        (_motion(event="motion"), Reason.BAD_PAYLOAD),
        (_motion(event=["motion_detected"]), Reason.BAD_PAYLOAD),
        (_motion(timestamp="yesterday"), Reason.BAD_PAYLOAD),
        (_motion(timestamp=True), Reason.BAD_PAYLOAD),
        (_motion(timestamp={"at": 1}), Reason.BAD_PAYLOAD),
        (_motion(timestamp=float("nan")), Reason.BAD_PAYLOAD),
        (_motion(timestamp=float("inf")), Reason.BAD_PAYLOAD),
        (_motion(timestamp=1e300), Reason.BAD_PAYLOAD),
        (_motion(timestamp=10**400), Reason.BAD_PAYLOAD),
        (_motion(messageId={"id": 1}), Reason.BAD_PAYLOAD),
        (_motion(sensorId=KITCHEN), Reason.OTHER_SENSOR),
        (_motion(sensorId=7), Reason.OTHER_SENSOR),
        (_motion(timestamp=_NOW + 300), Reason.CLOCK_AHEAD),
        (_motion(timestamp="9999-12-31T23:59:59Z"), Reason.CLOCK_AHEAD),
        (_motion(timestamp="9999-12-31T23:59:59-14:00"), Reason.BAD_PAYLOAD),
        (_motion(timestamp=_NOW - 90_000), Reason.CLOCK_BEHIND),
        (_motion(timestamp=0), Reason.CLOCK_BEHIND),
        (_motion(timestamp=-1e10), Reason.CLOCK_BEHIND),
        (_motion(timestamp="0001-01-01T00:00:00+14:00"), Reason.BAD_PAYLOAD),
        (_motion(timestamp=_NOW - 600), Reason.STALE),
    ],
    ids=lambda value: str(value)[:40],
)
def test_it_is_ignored_for_a_clear_reason(home: Living, payload: str | bytes, reason: Reason) -> None:
    """One more entry says why, no visit opens, and nothing is asked of Spotify."""
    before, requests = len(home.journal()), home.spotify.get("state")["requests"]
    home.says(payload)
    assert eventually(lambda: len(home.journal()) == before + 1)
    entry = home.journal()[-1]
    assert (entry.action, entry.reason, entry.room_id) == (Action.IGNORE, reason, home.rooms["Bathroom"].id)
    assert home.house.core.presence.open_sessions() == ()
    assert home.spotify.get("state")["requests"] == requests


def test_odd_metadata_loses_no_motion(home: Living) -> None:
    """A motion counts, whatever else its sensor says of itself."""
    oddities: list[object] = [None, 7, [], {"batteryLevel": float("nan")}, {"batteryLevel": 10**30}]
    for metadata in oddities:
        before = len(home.journal())
        home.says(_motion(metadata=metadata))
        assert eventually(lambda seen=before: len(home.journal()) > seen)  # type: ignore[misc]
        assert home.journal()[before].reason in (Reason.ARRIVED, Reason.STILL_THERE)
    assert home.falls_silent()


def test_a_sensor_that_is_admitted_but_not_registered(home: Living) -> None:
    """It may connect, and its motion is refused as that of nobody we know."""
    broker = home.house.broker
    assert broker is not None
    broker.admit("stranger")
    home.moves("stranger")
    assert eventually(lambda: home.reasons("stranger") == [Reason.UNKNOWN_SENSOR])
    assert home.journal("stranger")[0].household_id is None


def test_a_sensor_that_is_switched_off(home: Living) -> None:
    """Its motion is ignored, and the journal says that it is off."""
    home.house.core.sensors.change_sensor(BATH, enabled=False)
    home.moves()
    assert eventually(lambda: home.reasons()[-1] is Reason.DISABLED)
    home.house.core.sensors.change_sensor(BATH, enabled=True)


def test_too_much_cuts_off_its_sender_alone(home: Living) -> None:
    """200 KB: the broker hangs up on the sensor that sends it; the others' music plays."""
    before = len(home.journal())
    device = home.device(BATH)
    device.client.publish(f"sensors/{BATH}/motion", b" " * 200_000, qos=1)
    assert device.was_cut_off.wait(5)
    home.moves(KITCHEN)
    assert home.waits_for(Reason.STARTED, KITCHEN)
    assert home.falls_silent(PARTNER)
    assert len(home.journal()) == before


def test_a_topic_that_is_not_its_own(home: Living) -> None:
    """The broker lets nobody speak for others; nothing of it arrives."""
    before = len(home.house.core.presence.decisions(None, 1000))
    for topic in (f"sensors/{KITCHEN}/motion", "sensors/motion", f"x/{BATH}/motion"):
        home.says(_motion(), topic=topic)
    home.moves()
    assert eventually(lambda: len(home.house.core.presence.decisions(None, 1000)) > before)
    assert {entry.sensor_id for entry in home.house.core.presence.decisions(None, 1)} == {BATH}
    assert home.falls_silent()


def test_an_odd_status_is_refused_quietly(home: Living) -> None:
    """A status that is none leaves the last good one in place, and motions go on."""
    topic = f"sensors/{BATH}/status"
    home.says(json.dumps({"event": "status", "status": "online"}), topic=topic)
    for payload in (b"", b"[]", b'{"status": 7}', b'{"status": "on fire"}', b"\xff"):
        home.says(payload, topic=topic)
    before = len(home.journal())
    home.moves()
    assert eventually(lambda: len(home.journal()) > before)
    (status,) = [each for each in home.house.core.sensors.statuses(home.household) if each.sensor_id == BATH]
    assert status.status == "online"
    assert home.falls_silent()
