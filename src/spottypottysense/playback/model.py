"""What plays where, what is wished for, and the proof that music is ours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning, Ending, Speaker


@dataclass(frozen=True)
class SeenSpeaker:
    """A speaker as Spotify lists it now; `id` and `volume` may be unknown (`None`), volume is 0-100."""

    id: str | None
    name: str
    type: str
    is_active: bool = False
    is_restricted: bool = False
    volume: int | None = None
    supports_volume: bool = True


@dataclass(frozen=True)
class PlayerState:
    """What an account's player does now; all `None` and not playing when nothing is active.

    `content` is the context that plays, `item` the song in it, `position` how far into the song it is and
    `length` how long the song lasts.
    """

    speaker: SeenSpeaker | None = None
    is_playing: bool = False
    content: str | None = None
    item: str | None = None
    position: timedelta | None = None
    length: timedelta | None = None
    shuffle: bool = False


@dataclass(frozen=True)
class Wishes:
    """What is wished for in a room at this time of day; music never exceeds `ceiling` (0 to 100)."""

    speaker: Speaker | None
    content: str | None
    volume: int | None = None
    ceiling: int | None = None
    shuffle: bool = True
    beginning: Beginning = Beginning.ANYWHERE
    ending: Ending = Ending.STOP
    fades_in: bool = False
    follows: bool = True


@dataclass(frozen=True)
class Stay:
    """Somebody's stay in a room: since when, and when somebody was seen there last.

    `is_seen` says that a level sensor sees somebody now; `clears_late` that `seen_at` is the word of one,
    which comes a while after the last person has left. `hands_off` says that a person took the music there
    into his own hands; `follows` that music may come along and go along.
    """

    session_id: str
    room_id: str
    since: datetime
    seen_at: datetime
    is_seen: bool = False
    clears_late: bool = False
    hands_off: bool = False
    follows: bool = True


@dataclass(frozen=True)
class Visit:
    """What playback must know of a session: who plays, what is wished for, and who is where.

    `elsewhere` are the open stays in other rooms of the account, `others` the accounts that may hold the
    room's speaker. `by_hand` says that a person asked for it; `takes_over` that somebody's own music may be
    replaced; `latest_wins` that the room entered last gets the music of one that is still occupied.
    """

    stay: Stay
    account: str | None
    wishes: Wishes
    elsewhere: tuple[Stay, ...] = ()
    others: tuple[str, ...] = ()
    by_hand: bool = False
    takes_over: bool = False
    latest_wins: bool = False

    @property
    def session_id(self) -> str:
        """Return the session that it is about."""
        return self.stay.session_id

    @property
    def room_id(self) -> str:
        """Return the room that it is in."""
        return self.stay.room_id


@dataclass(frozen=True)
class Start:
    """How music begins: at the song number `place` (from 0) of the context, or at `item`, from `position`.

    `skips` asks for the next song once it plays: where the number of songs is unknown, a context would
    always begin with its first one.
    """

    content: str
    place: int | None = None
    item: str | None = None
    position: timedelta | None = None
    skips: bool = False


@dataclass(frozen=True)
class Receipt:
    """What we started for an account, where and when: the proof that playback is ours.

    It is written before the music starts (`confirmed` false), so that a crash in between leaves a trace.
    `item` is what played when it was confirmed. `volume` is what we set, `volume_before` what a person had
    set (0 to 100). `pause_at` is when a song that may finish is over. `version` counts the writes; a write
    names the version it read.
    """

    account: str
    session_id: str
    room_id: str
    speaker_id: str
    speaker_name: str
    content: str
    started_at: datetime
    confirmed: bool = False
    speaker_type: str = ""
    item: str | None = None
    volume: int | None = None
    volume_before: int | None = None
    ending: Ending = Ending.STOP
    pause_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class Bookmark:
    """Where a room's music stopped, when we paused it."""

    room_id: str
    account: str
    content: str
    item: str
    position: timedelta
    at: datetime


@dataclass(frozen=True)
class ContentLength:
    """How many songs a playlist or album had at `asked_at`; None where Spotify does not tell."""

    content: str
    songs: int | None
    asked_at: datetime


class Wake(StrEnum):
    """What a speaker needs before it plays; each step includes those before it."""

    NOTHING = "nothing"
    TRANSFER = "transfer"
    PATIENCE = "patience"
    """It answers a transfer, but plays only after a moment, or at the second try."""


@dataclass(frozen=True)
class KnownSpeaker:
    """What we learnt of a speaker of an account: its last id, and what it needed to play.

    `asleep` counts the visits that it slept through, the last one at `asleep_at`; `seen_at` is when Spotify
    listed it last.
    """

    account: str
    name: str
    type: str
    last_id: str
    seen_at: datetime
    wake: Wake = Wake.NOTHING
    is_restricted: bool = False
    asleep: int = 0
    asleep_at: datetime | None = None


@dataclass(frozen=True)
class SpeakerSight:
    """A speaker of an account: as it is listed now (`seen`, None if it is not), and what is known of it.

    `shares_name` says that another one is called the same, so that neither can be told by its name.
    """

    seen: SeenSpeaker | None
    known: KnownSpeaker | None
    shares_name: bool = False


class Action(StrEnum):
    """What playback decided."""

    START = "start"
    KEEP = "keep"
    HAND_OVER = "hand_over"
    STAY_SILENT = "stay_silent"
    PAUSE = "pause"
    FINISH_SONG = "finish_song"
    LEAVE = "leave"


@dataclass(frozen=True)
class Loss:
    """A session whose music is not ours any more, and why."""

    session_id: str
    reason: Reason


@dataclass(frozen=True)
class Verdict:
    """An action and the reason for it; `loss` is a session that has lost its receipt."""

    action: Action
    reason: Reason
    loss: Loss | None = None


@dataclass(frozen=True)
class FirstNote:
    """When Spotify took the command, and when the music was seen to play."""

    accepted_at: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of the music: `playing` after an arrival, not after a departure.

    `losses` are other sessions (or this one) that no longer have music of ours; `first_note` follows a start.
    """

    playing: bool
    reason: Reason
    detail: str = ""
    losses: tuple[Loss, ...] = ()
    first_note: FirstNote | None = None
