"""One beginning of music: what is begun, where, how loud, and how far it has got."""

from dataclasses import dataclass, replace
from datetime import datetime

from spottypottysense.errors import NeedsPerson
from spottypottysense.playback.model import FirstNote, PlayerState, Receipt, SeenSpeaker, Start, Visit
from spottypottysense.playback.policy.loudness import rises, volume_found
from spottypottysense.playback.policy.starting import is_resumed, wanted_volume
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker


@dataclass
class Launch:
    """What is known of one start while it is under way.

    `since` is the state that it was decided upon, `before` the receipt of an earlier start, `until` when to
    give up. `found` is the volume that a person had set. `transferred` says that the speaker was made active,
    `accepted` how often a play command was taken.
    """

    visit: Visit
    account: str
    wanted: Speaker
    content: str
    since: PlayerState
    before: Receipt | None
    until: datetime
    start: Start | None
    speaker: SeenSpeaker
    receipt: Receipt
    found: int | None = None
    transferred: bool = False
    accepted: int = 0
    accepted_at: datetime | None = None
    confirmed_at: datetime | None = None

    def __post_init__(self) -> None:
        self.see(self.speaker)

    @property
    def speaker_id(self) -> str:
        """Return the id that commands name."""
        return self.speaker.id or ""

    @property
    def levels(self) -> tuple[int, ...]:
        """Return the volumes to go through, the first one before the first note; none leaves it as it is."""
        found = replace(self.speaker, volume=self.found)
        wanted = wanted_volume(self.visit.wishes, found)
        if wanted is None:
            return ()
        return rises(wanted) if self.visit.wishes.fades_in else (wanted,)

    @property
    def needs_a_look(self) -> bool:
        """Say whether the volume that is wished for depends on one that shows only once the speaker woke."""
        wishes = self.visit.wishes
        depends = wishes.volume is None and (wishes.ceiling is not None or wishes.fades_in)
        return depends and self.found is None and self.speaker.supports_volume

    @property
    def first_note(self) -> FirstNote | None:
        """Return when Spotify took the command and when music was seen to play, as far as it has come."""
        return FirstNote(self.accepted_at, self.confirmed_at) if self.accepted_at is not None else None

    @property
    def reason(self) -> Reason:
        """Return how it began."""
        return Reason.RESUMED if is_resumed(self.start) else Reason.STARTED

    def proof(self) -> Receipt:
        """Return what the receipt has to say by now."""
        return replace(
            self.receipt,
            speaker_id=self.speaker_id,
            speaker_name=self.speaker.name,
            speaker_type=self.speaker.type,
            volume=self.levels[-1] if self.levels else None,
            volume_before=self.found if self.levels else None,
        )

    def see(self, speaker: SeenSpeaker) -> None:
        """Take in how the speaker looks now; the volume found first is a person's, a later one is ours."""
        self.speaker = speaker
        if self.found is None:
            self.found = volume_found(speaker, self.before)

    def took(self, now: datetime) -> None:
        """Note that Spotify took a play command."""
        self.accepted += 1
        self.accepted_at = self.accepted_at or now


def first_receipt(visit: Visit, account: str, content: str, before: Receipt | None, now: datetime) -> Receipt:
    """Return a receipt for the visit that takes the place of `before`, its speaker still unknown."""
    return Receipt(
        account=account,
        session_id=visit.session_id,
        room_id=visit.room_id,
        speaker_id="",
        speaker_name="",
        content=content,
        started_at=now,
        ending=visit.wishes.ending,
        version=before.version if before is not None else 0,
    )


def speaker_of(visit: Visit) -> Speaker:
    """Return the room's speaker; raises `NeedsPerson` where it has none."""
    if visit.wishes.speaker is None:
        raise NeedsPerson(Reason.NO_SPEAKER)
    return visit.wishes.speaker


def content_of(visit: Visit) -> str:
    """Return what the room plays; raises `NeedsPerson` where that is nothing."""
    if visit.wishes.content is None:
        raise NeedsPerson(Reason.NO_CONTENT)
    return visit.wishes.content
