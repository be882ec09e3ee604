"""What plays where, and the proof that it is ours."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker


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
    """What an account's player does now; all `None` and not playing when nothing is active."""

    speaker: SeenSpeaker | None = None
    is_playing: bool = False
    content: str | None = None


@dataclass(frozen=True)
class Visit:
    """What playback must know of a session: where it is, who plays, and what is wished for there."""

    session_id: str
    room_id: str
    account: str | None
    speaker: Speaker | None
    content: str | None
    volume: int | None
    shuffle: bool


@dataclass(frozen=True)
class Receipt:
    """What we started for an account, where and when: the proof that playback is ours.

    It is written before the music starts (`confirmed` false), so that a crash in between leaves a trace.
    `version` counts the writes; a write names the version it read.
    """

    account: str
    session_id: str
    room_id: str
    speaker_id: str
    speaker_name: str
    content: str
    started_at: datetime
    confirmed: bool = False
    version: int = 0


class Action(StrEnum):
    """What playback decided."""

    START = "start"
    KEEP = "keep"
    STAY_SILENT = "stay_silent"
    PAUSE = "pause"
    LEAVE = "leave"


@dataclass(frozen=True)
class Verdict:
    """An action and the reason for it."""

    action: Action
    reason: Reason


@dataclass(frozen=True)
class Outcome:
    """What became of the music: `playing` after an arrival, not after a departure."""

    playing: bool
    reason: Reason
    detail: str = ""
