"""Commands that start and stop music by hand, and that keep it silent for a while."""

from datetime import timedelta
from typing import Annotated

import typer

from spottypottysense.accounts.model import Mode
from spottypottysense.api.advice import with_advice
from spottypottysense.api.overview import room_labels
from spottypottysense.errors import Invalid, Unavailable
from spottypottysense.presence.model import Decision, JournalEntry, Music
from spottypottysense.reasons import Reason, sentence
from spottypottysense.runtimes.appliance.cli.finding import (
    HouseholdName,
    appliance_runs,
    household_named,
    opened,
    room_of,
)
from spottypottysense.runtimes.appliance.cli.texts import MINUTE, plain, span
from spottypottysense.runtimes.appliance.wiring import House
from spottypottysense.sensors.model import Room

_RoomName = Annotated[str, typer.Argument(help="As `spotty room list` shows it.")]
_AnyRoomName = Annotated[str | None, typer.Argument(help="Without one, the whole house.")]
_Minutes = Annotated[float, typer.Option("--for", help="Minutes until motion may start music again.")]

_USUAL_SNOOZE = 60.0
_PATIENCE = timedelta(minutes=2)
"""Longer than the longest start or fade."""

_WENT_WELL = frozenset(
    {
        Reason.PAUSED,
        Reason.ALREADY_SILENT,
        Reason.SONG_FINISHES,
        Reason.STOPPED_BY_HAND,
        Reason.USER_PAUSED,
        Reason.USER_TOOK_OVER,
        Reason.OWN_MUSIC,
    }
)
"""What may come of stopping: our music is silent, and what is not ours was left alone."""


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(play)
    app.command()(stop)
    app.command()(snooze)
    app.command()(switch)


def play(
    room: _RoomName,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Replace what somebody listens to on that account.")
    ] = False,
    household: HouseholdName = None,
) -> None:
    """Start a room's music now, whatever the hour; it ends when the room is empty, as always."""
    with opened() as house:
        chosen = room_of(house, household_named(house, household), room)
        told = _Told(house)
        decision = house.core.by_hand.play(chosen.id, takes_over=take_over)
        told.wait()
        reason = told.outcome_in(chosen) or _music_in(house, chosen) or decision.reason
        plays = _plays(house, chosen)
        typer.echo(_advised(house, chosen, reason))
        if plays and not appliance_runs(house):
            typer.echo("The appliance does not run, so nothing ends this: `spotty up`, or `spotty stop`.")
    if not plays:
        raise typer.Exit(1)


def stop(
    room: Annotated[str | None, typer.Argument(help="As `spotty room list` shows it.")] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Every room, and silence for a while.")
    ] = False,
    minutes: _Minutes = _USUAL_SNOOZE,
    household: HouseholdName = None,
) -> None:
    """Stop a room's music until its visit ends, or everything; music that is not ours plays on."""
    if (room is None) is not everything:
        raise Invalid("Name a room, or stop --everything.", field="room")
    with opened() as house:
        home = household_named(house, household)
        told = _Told(house)
        if room is None:
            count = house.core.by_hand.everything_off(home.id, span(minutes, MINUTE))
            told.wait()
            typer.echo(f"Music stopped in {count} room{'' if count == 1 else 's'}.")
            typer.echo(f"No motion starts any for {minutes:g} minutes; `spotty snooze --end` ends that.")
            well = told.say_what_went_wrong()
        else:
            chosen = room_of(house, home, room)
            decision = house.core.by_hand.stop(chosen.id)
            told.wait()
            reason = told.outcome_in(chosen) or _settled(decision)
            well = reason in _WENT_WELL
            typer.echo(f"{plain(room)}: {sentence(reason)}" if well else _advised(house, chosen, reason))
    if not well:
        raise typer.Exit(1)


def snooze(
    room: _AnyRoomName = None,
    minutes: _Minutes = _USUAL_SNOOZE,
    end: Annotated[bool, typer.Option("--end", help="Let motion start music again.")] = False,
    household: HouseholdName = None,
) -> None:
    """Let motion start no music for a while; what plays goes on."""
    with opened() as house:
        home = household_named(house, household)
        room_id = room_of(house, home, room).id if room is not None else None
        until = house.core.by_hand.snooze(home.id, None if end else span(minutes, MINUTE), room_id)
    where = plain(room or home.name)
    if until is None:
        typer.echo(f"{where} is not snoozed any more: motion starts music again.")
    else:
        typer.echo(f"{where} is snoozed until {until:%Y-%m-%d %H:%M} UTC: motion starts no music.")


def switch(
    mode: Annotated[Mode, typer.Argument(help="home: as always; guests: by hand only; away: silent.")],
    household: HouseholdName = None,
) -> None:
    """Switch the house: when away or with guests, motion starts no music; away also stops what plays."""
    with opened() as house:
        home = household_named(house, household)
        told = _Told(house)
        house.core.by_hand.switch(home.id, mode)
        told.wait()
        typer.echo(f"{plain(home.name)} is switched to {mode}.")
        if not told.say_what_went_wrong():
            raise typer.Exit(1)


class _Told:
    """Listens to what becomes of the music while a command waits for it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._heard: list[JournalEntry] = []
        house.feed.listen(self._heard.append)

    def wait(self) -> None:
        """Wait until the music did what it was asked; raises `Unavailable` if that takes minutes."""
        if not self._house.lanes.finish(_PATIENCE):
            message = "Spotify is slow; a running appliance takes up what is left: see `spotty decisions`."
            raise Unavailable(message)

    def outcome_in(self, room: Room) -> Reason | None:
        """Return what became of the music of that room."""
        outcomes = [entry.outcome for entry in self._heard if entry.room_id == room.id and entry.outcome]
        return outcomes[-1] if outcomes else None

    def say_what_went_wrong(self) -> bool:
        """Print a line for each room whose music could not be ended, and say whether there was none."""
        labels = room_labels(self._house.core)
        wrong = {e.room_id: e.outcome for e in self._heard if e.outcome and e.outcome not in _WENT_WELL}
        for room_id, outcome in wrong.items():
            label = labels[room_id or ""]
            typer.echo(f"{plain(label.name)}: {with_advice(outcome, label.name, email=label.email)}")
        return not wrong


def _music_in(house: House, room: Room) -> Reason | None:
    """Return why the room is silent, as far as its open visit knows."""
    visits = [session for session in house.core.presence.open_sessions() if session.room_id == room.id]
    return visits[0].silent_reason if visits and visits[0].music is Music.SILENT else None


def _plays(house: House, room: Room) -> bool:
    visits = house.core.presence.open_sessions()
    return any(visit.room_id == room.id and visit.music is Music.PLAYING for visit in visits)


def _settled(decision: Decision) -> Reason:
    """Return what a decision comes to that asked nothing of Spotify: there was no music of ours."""
    return Reason.ALREADY_SILENT if decision.reason is Reason.BY_HAND else decision.reason


def _advised(house: House, room: Room, reason: Reason) -> str:
    label = room_labels(house.core)[room.id]
    return f"{plain(room.name)}: {with_advice(reason, label.name, email=label.email)}"
