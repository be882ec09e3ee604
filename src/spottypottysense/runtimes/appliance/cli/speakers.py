"""Commands about speakers: which there are, and whether they play."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from spottypottysense.accounts.model import Household
from spottypottysense.api.advice import advice, with_advice
from spottypottysense.errors import Invalid, NeedsPerson, Unavailable
from spottypottysense.playback.model import Outcome, SpeakerSight
from spottypottysense.playback.policy.finding import find_speaker
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.cli.finding import (
    HouseholdName,
    household_named,
    opened,
    person,
    room_of,
)
from spottypottysense.runtimes.appliance.cli.texts import add_row, plain
from spottypottysense.runtimes.appliance.wiring import House
from spottypottysense.sensors.model import Room, Speaker
from spottypottysense.sensors.policy import content_uri


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(speakers)
    app.command("test-speaker")(try_speaker)


def speakers(email: Annotated[str, typer.Argument(help="Whose Spotify it is.")]) -> None:
    """List the speakers that Spotify shows for an account now, and what is known of each."""
    table = Table("Speaker", "Type", "Now", "Volume", "Slept through", "Seen (UTC)")
    with opened() as house:
        user = person(house, email)
        with _asking(email):
            found = house.core.playback.speakers(user.id)
    for sight in found:
        add_row(table, *_speaker_row(sight))
    if found:
        Console().print(table)
    else:
        typer.echo("Spotify shows no speaker: switch one on, or play on it once from Spotify's app.")


def try_speaker(
    room: Annotated[str | None, typer.Argument(help="Its speaker, account and music are tested.")] = None,
    speaker: Annotated[str | None, typer.Option(help="A speaker by name, instead of a room's.")] = None,
    account: Annotated[str | None, typer.Option(help="E-mail of whose Spotify plays.")] = None,
    content: Annotated[str | None, typer.Option(help="What plays, if not the room's: link or URI.")] = None,
    household: HouseholdName = None,
) -> None:
    """Play a few quiet seconds on a speaker, if nothing else plays on the account."""
    with opened() as house:
        home = household_named(house, household)
        chosen = room_of(house, home, room) if room is not None else None
        whose = person(house, account).id if account is not None else chosen.account if chosen else None
        target = Speaker(speaker) if speaker is not None else chosen.speaker if chosen else None
        if whose is None or target is None:
            raise Invalid(_what_is_missing(chosen), field="speaker")
        music = _content(house, home, chosen, content)
        email = house.core.accounts.email_of(whose) or ""
        with _asking(email):
            outcome = house.core.playback.test(whose, target, music)
    typer.echo(f"{plain(target.name)}: {_said(outcome, room or '', email)}")
    if not outcome.playing:
        raise typer.Exit(1)


def doubts_about(house: House, room: Room) -> Iterator[str]:
    """Say what is odd about a room's speaker as Spotify shows it now, if its user is connected."""
    if room.speaker is None or room.account is None or house.core.grants.state_of(room.account) is None:
        return
    email = house.core.accounts.email_of(room.account) or ""
    try:
        sights = house.core.playback.speakers(room.account)
    except (NeedsPerson, Unavailable) as error:
        todo = advice(error.reason, email=email)
        yield f"Whether Spotify sees the speaker could not be asked: {error} {todo}"
        return
    found = find_speaker(room.speaker, [sight.seen for sight in sights if sight.seen is not None])
    if isinstance(found, Reason):
        yield with_advice(found, room.name, email=email)
    elif room.volume is not None and not found.supports_volume:
        yield "Its volume cannot be set from here: the room's volume has no effect on it."


@contextmanager
def _asking(email: str) -> Iterator[None]:
    """Add to an error that a person can mend what to do about it."""
    try:
        yield
    except NeedsPerson as error:
        raise NeedsPerson(error.reason, f"{error} {advice(error.reason, email=email)}".strip()) from None


def _speaker_row(sight: SpeakerSight) -> tuple[str, ...]:
    seen, known = sight.seen, sight.known
    name, kind = (seen.name, seen.type) if seen else (known.name, known.type) if known else ("", "")
    if seen is None:
        volume = "-"
    elif seen.supports_volume:
        volume = "unknown" if seen.volume is None else f"{seen.volume}"
    else:
        volume = "cannot be set"
    slept = f"{known.asleep} visits" if known and known.asleep else "-"
    since = "now" if seen else f"{known.seen_at:%Y-%m-%d %H:%M}" if known else "-"
    return name, kind, _now(sight), volume, slept, since


def _now(sight: SpeakerSight) -> str:
    """Say how Spotify shows a speaker, and what keeps it from being commanded."""
    seen = sight.seen
    said = ["not listed" if seen is None else "active" if seen.is_active else "listed"]
    if seen is not None and seen.is_restricted:
        said.append("takes no commands")
    if sight.shares_name:
        said.append("shares its name")
    return ", ".join(said)


def _what_is_missing(room: Room | None) -> str:
    if room is None:
        return "Name a room, or --speaker with --account."
    reason = Reason.NO_ACCOUNT if room.account is None else Reason.NO_SPEAKER
    return with_advice(reason, room.name)


def _content(house: House, home: Household, room: Room | None, link: str | None) -> str:
    """Return what a test plays: what was named, else the room's, else any room's; raises `Invalid`."""
    if link is not None:
        return content_uri(link)
    rooms = house.core.sensors.rooms(home.id) if room is None else (room,)
    contents = [each.content for each in rooms if each.content is not None]
    if not contents:
        raise Invalid("Say what to play with --content LINK.", field="content")
    return contents[0]


def _said(outcome: Outcome, room: str, email: str) -> str:
    if outcome.playing:
        return "it plays."
    return with_advice(outcome.reason, room, email=email)
