"""Commands of the switches that people press."""

import json
from datetime import timedelta

import pytest

from memory.home import BATH_MIX, PretendHome
from spottypottysense.accounts.model import Mode
from spottypottysense.presence.model import Action, Session
from spottypottysense.reasons import Reason

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def arrive(home: PretendHome, sensor: str = "pir") -> None:
    """Somebody comes in."""
    home.core.presence.note_motion(home.motion(sensor))


def the_visit(home: PretendHome) -> Session:
    """Return the only open visit."""
    (session,) = home.core.presence.open_sessions()
    return session


def press(home: PretendHome, switch: str, sensor: str = "button", **body: object) -> Reason:
    """Press a switch and return the reason of the decision."""
    payload = json.dumps({"switch": switch, **body}).encode()
    return home.core.by_hand.take_in(f"sensors/{sensor}/switch", payload, home.clock.now()).reason


def test_switch_commands_its_own_room(home: PretendHome) -> None:
    """Without a room, play, stop and snooze are about the room that the switch is in."""
    assert press(home, "play") is Reason.SWITCHED
    assert home.player.hears("anna") == BATH_MIX
    assert the_visit(home).sensor_id == "button"
    assert press(home, "stop") is Reason.SWITCHED
    assert home.player.hears("anna") is None
    assert press(home, "snooze", minutes=30) is Reason.SWITCHED
    assert home.core.sensors.room("bath").snoozed_until == home.clock.now() + 30 * MINUTE
    assert press(home, "wake") is Reason.SWITCHED
    assert home.core.sensors.room("bath").snoozed_until is None
    assert {row.sensor_id for row in home.core.presence.decisions("home")} == {"button"}


def test_switch_commands_a_room_by_name(home: PretendHome) -> None:
    """It may mean another room of its household."""
    assert press(home, "play", room="Kitchen") is Reason.SWITCHED
    assert the_visit(home).room_id == "kitchen"
    press(home, "snooze", room="Kitchen")
    assert home.core.sensors.room("kitchen").snoozed_until == home.clock.now() + HOUR
    press(home, "wake", room="Kitchen")
    assert home.core.sensors.room("kitchen").snoozed_until is None
    assert press(home, "play", room="Attic") is Reason.INVALID
    row = home.core.presence.decisions("home")[0]
    assert (row.household_id, "'Attic'" in row.detail) == ("home", True)


def test_switch_commands_the_house(home: PretendHome) -> None:
    """Away, home, guests and everything off are about all rooms."""
    arrive(home)
    assert press(home, "everything_off") is Reason.SWITCHED
    assert home.player.hears("anna") is None
    assert home.core.accounts.household("home").snoozed_until == home.clock.now() + HOUR
    for mode in Mode:
        assert press(home, mode.value) is Reason.SWITCHED
        assert home.core.accounts.household("home").mode is mode


def test_copy_of_a_press_changes_nothing(home: PretendHome) -> None:
    """A message that comes again is a duplicate, or music would play that was stopped meanwhile."""
    for switch in ("play", "everything_off"):
        assert press(home, switch, messageId=1) is Reason.SWITCHED
        home.core.by_hand.stop("bath")
        home.core.by_hand.snooze("home", None)
        assert press(home, switch, messageId=1) is Reason.DUPLICATE
    assert home.player.hears("anna") is None
    assert home.core.accounts.household("home").snoozed_until is None


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "reason", "household"),
    [
        ("sensors/button/switch", b"?", False, Reason.BAD_PAYLOAD, "home"),
        ("sensors/button/switch", b'{"switch": "dance"}', False, Reason.BAD_PAYLOAD, "home"),
        ("sensors/button/switch", b'{"switch": "play"}', True, Reason.STALE, "home"),
        (
            "sensors/button/switch",
            b'{"switch": "play", "timestamp": 1772452739}',
            False,
            Reason.STALE,
            "home",
        ),
        (
            "sensors/button/switch",
            b'{"switch": "play", "timestamp": 1772453000}',
            False,
            Reason.CLOCK_AHEAD,
            "home",
        ),
        ("sensors/button/switch", b'{"switch": "play", "timestamp": 1}', False, Reason.CLOCK_BEHIND, "home"),
        ("sensors/pir/switch", b'{"switch": "play"}', False, Reason.NOT_A_SWITCH, "home"),
        ("sensors/ghost/switch", b'{"switch": "play"}', False, Reason.UNKNOWN_SENSOR, None),
        ("sensors/button/motion", b'{"switch": "play"}', False, Reason.WRONG_TOPIC, None),
        ("sensors/" + "x" * 65_000, b'{"switch": "play"}', False, Reason.WRONG_TOPIC, None),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_cannot_be_taken_in(
    home: PretendHome, topic: str, payload: bytes, retained: bool, reason: Reason, household: str | None
) -> None:
    """It is journaled with its reason, for the household whose switch sent it; nothing happens."""
    assert home.core.by_hand.take_in(topic, payload, home.clock.now(), retained).reason is reason
    (row,) = home.core.presence.decisions(None)
    assert (row.action, row.reason, row.household_id) == (Action.IGNORE, reason, household)
    assert home.player.calls == []


def test_switch_that_is_disabled(home: PretendHome) -> None:
    """A switch that is switched off commands nothing."""
    home.core.sensors.change_sensor("button", enabled=False)
    assert press(home, "play") is Reason.DISABLED


def test_switch_sees_nobody(home: PretendHome) -> None:
    """What a switch says of motion opens no visit."""
    assert home.core.presence.note_motion(home.motion("button")).reason is Reason.INVALID
    assert home.core.presence.open_sessions() == ()
