"""Commands about rooms: what plays in them, where, how, and at what time of day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from spottypottysense.accounts.model import Household
from spottypottysense.errors import Invalid
from spottypottysense.runtimes.appliance.cli.finding import (
    HouseholdName,
    household_named,
    member,
    opened,
    room_named,
    room_of,
)
from spottypottysense.runtimes.appliance.cli.speakers import doubts_about
from spottypottysense.runtimes.appliance.cli.texts import (
    Gap,
    Quiet,
    Timeout,
    add_row,
    given,
    plain,
    spans,
    wall_time,
)
from spottypottysense.runtimes.appliance.wiring import House
from spottypottysense.sensors.model import Beginning, DayPart, Ending, Programme, Room, Speaker
from spottypottysense.sensors.policy import content_uri

_SpeakerName = Annotated[str | None, typer.Option(help="Name of the speaker, as Spotify shows it.")]
_SpeakerType = Annotated[str, typer.Option(help="Its type, if two share a name.")]
_Content = Annotated[str | None, typer.Option(help="Link or URI of a playlist, album or artist.")]
_Account = Annotated[str | None, typer.Option(help="E-mail of the user whose Spotify plays.")]
_StandIns = Annotated[
    list[str] | None,
    typer.Option(
        "--stand-in", help="E-mail of who plays if that cannot; may be repeated; `none` for nobody."
    ),
]
_Volume = Annotated[int | None, typer.Option(help="0 to 100.")]
_Beginning = Annotated[
    Beginning | None, typer.Option(help="At any song, where it stopped last, or at the first song.")
]
_Ending = Annotated[Ending | None, typer.Option(help="At once, softly, or with the end of the song.")]
_FadesIn = Annotated[bool | None, typer.Option("--fade-in/--no-fade-in", help="Begin softly.")]
_Follows = Annotated[
    bool | None,
    typer.Option("--follow/--no-follow", help="Music comes along from other rooms, and goes along."),
]

_USUAL_STARTS = {
    DayPart.MORNING: time(6),
    DayPart.DAY: time(10),
    DayPart.EVENING: time(18),
    DayPart.NIGHT: time(22),
}


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Rooms: speaker, music, timeout, times of day.")
    group.command("list")(room_list)
    group.command("set")(room_set)
    group.command("programme")(room_programme)
    app.add_typer(group, name="room")


def room_list() -> None:
    """Show rooms with their speakers and music."""
    table = Table("Room", "Speaker", "Music", "Whose Spotify", "Timeout", "Sensors", "Besides")
    with opened() as house:
        now = house.house_clock.now()
        for household in house.core.accounts.households():
            emails = {user.id: user.email for user in house.core.accounts.users(household.id)}
            sensors = house.core.sensors.sensors(household.id)
            for room in house.core.sensors.rooms(household.id):
                add_row(
                    table,
                    room.name,
                    room.speaker.name if room.speaker else "-",
                    room.content or "-",
                    emails.get(room.account or "", "-"),
                    f"{(room.timeout or household.timeout) / timedelta(minutes=1):g} min",
                    ", ".join(sensor.id for sensor in sensors if sensor.room_id == room.id) or "-",
                    "; ".join(_besides(room, emails, now)) or "-",
                )
    Console().print(table)


def room_set(
    name: str,
    household: HouseholdName = None,
    speaker: _SpeakerName = None,
    speaker_type: _SpeakerType = "",
    content: _Content = None,
    account: _Account = None,
    stand_in: _StandIns = None,
    volume: _Volume = None,
    beginning: _Beginning = None,
    ending: _Ending = None,
    fades_in: _FadesIn = None,
    follows: _Follows = None,
    timeout: Timeout = None,
    gap: Gap = None,
    quiet: Quiet = None,
) -> None:
    """Change a room, or make one; what is not named stays as it is."""
    with opened() as house:
        home = household_named(house, household)
        changes = given(
            speaker=Speaker(speaker, speaker_type) if speaker else None,
            content=content_uri(content) if content else None,
            account=member(house, home, account).id if account else None,
            stand_ins=_stand_ins(house, home, stand_in) if stand_in else None,
            volume=volume,
            beginning=beginning,
            ending=ending,
            fades_in=fades_in,
            follows=follows,
            **spans(timeout, gap, quiet),
        )
        room = _changed(house, home, name, changes)
        typer.echo(f"{plain(name)}: {', '.join(changes) or 'nothing'} set.")
        if speaker and room.account:
            for doubt in doubts_about(house, room):
                typer.echo(doubt)


def room_programme(
    name: str,
    part: Annotated[DayPart | None, typer.Argument(help="Without one, the room's day is shown.")] = None,
    household: HouseholdName = None,
    starts: Annotated[str | None, typer.Option("--from", help="Time of day such as 06:30.")] = None,
    play: Annotated[
        str | None, typer.Option(help="Link or URI of what plays then, if not the usual.")
    ] = None,
    ceiling: Annotated[int | None, typer.Option(help="Volume that is never exceeded then: 0 to 100.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Drop this part of the day.")] = False,
) -> None:
    """Give a room music and a highest volume of its own for a part of the day; each lasts until the next."""
    wishes = given(
        starts=wall_time(starts) if starts else None,
        content=content_uri(play) if play else None,
        ceiling=ceiling,
    )
    if part is None and (wishes or clear):
        message = "Name the part of the day that this is for: morning, day, evening or night."
        raise Invalid(message, field="part")
    with opened() as house:
        room = room_of(house, household_named(house, household), name)
        if part is not None:
            day = tuple(programme for programme in room.day if programme.part is not part)
            if not clear:
                day += (_programme(room, part, wishes),)
            by_start = sorted(day, key=lambda programme: programme.starts)
            room = house.core.sensors.change_room(room.id, day=tuple(by_start))
    for programme in room.day:
        typer.echo(_said(programme, room))
    if not room.day:
        typer.echo(f"{plain(name)} plays the same at any time of day.")


def _changed(house: House, home: Household, name: str, changes: dict[str, object]) -> Room:
    room = room_named(house, home, name)
    if room is None:
        return house.core.sensors.add_room(home.id, name, **changes)
    return house.core.sensors.change_room(room.id, **changes)


def _stand_ins(house: House, home: Household, emails: list[str]) -> tuple[str, ...]:
    if emails == ["none"]:
        return ()
    return tuple(member(house, home, email).id for email in dict.fromkeys(emails))


def _programme(room: Room, part: DayPart, wishes: dict[str, object]) -> Programme:
    """Return the room's programme for that part with the wishes; a new one starts at the usual time."""
    known = next((programme for programme in room.day if programme.part is part), None)
    return replace(known or Programme(part, _USUAL_STARTS[part]), **wishes)  # type: ignore[arg-type]


def _said(programme: Programme, room: Room) -> str:
    content = programme.content or room.content or "nothing yet"
    ceiling = "" if programme.ceiling is None else f", never louder than {programme.ceiling}"
    return f"{programme.part} from {programme.starts:%H:%M}: {content}{ceiling}"


def _besides(room: Room, emails: dict[str, str], now: datetime) -> Iterator[str]:
    """Say what is out of the ordinary about a room."""
    if room.snoozed_until is not None and now < room.snoozed_until:
        yield f"snoozed until {room.snoozed_until:%m-%d %H:%M} UTC"
    if room.stand_ins:
        yield "stand-ins: " + ", ".join(emails.get(user_id, user_id) for user_id in room.stand_ins)
    if room.day:
        yield ", ".join(f"{programme.part} from {programme.starts:%H:%M}" for programme in room.day)
    if room.beginning is not Beginning.ANYWHERE:
        yield f"begins: {room.beginning}"
    if room.ending is not Ending.STOP:
        yield f"ends: {room.ending}"
    if room.fades_in:
        yield "fades in"
    if not room.follows:
        yield "does not follow"
