"""Music that goes along from room to room."""

from contextlib import suppress
from dataclasses import replace

from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import (
    FirstNote,
    Outcome,
    PlayerState,
    Receipt,
    SeenSpeaker,
    Verdict,
    Visit,
)
from spottypottysense.playback.policy.loudness import volume_to_leave
from spottypottysense.playback.policy.ownership import lost_to, on_its_way
from spottypottysense.playback.policy.starting import wanted_volume
from spottypottysense.playback.use_cases.climbing import A_MOMENT, PATIENCE
from spottypottysense.playback.use_cases.launching import speaker_of
from spottypottysense.playback.use_cases.listening import Listening
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.playback.use_cases.sharing import Sharing
from spottypottysense.playback.use_cases.waking import Waking
from spottypottysense.reasons import Reason, sentence
from spottypottysense.sensors.model import Speaker


class Handing:
    """Moves what plays to another speaker; the song goes on where it is."""

    def __init__(self, means: Means, waking: Waking) -> None:
        self._view = means.view
        self._controls = means.controls
        self._receipts = means.receipts
        self._clock = means.clock
        self._pause = means.pause
        self._listening = Listening(means)
        self._waking = waking
        self._sharing = Sharing(means)

    def hand_over(
        self, visit: Visit, account: str, verdict: Verdict, state: PlayerState, receipt: Receipt
    ) -> Outcome:
        """Move our music, which `state` shows, to the visit's speaker; raises what stands in the way.

        The receipt is written twice: before the transfer it fits both speakers and belongs to the old visit,
        and only when the music is seen on the new one it becomes the new visit's. So a crash in between
        leaves music that somebody's end of visit pauses, whichever speaker it is on.
        """
        wanted = speaker_of(visit)
        speaker = self._find(wanted, state, receipt)
        self._sharing.must_be_free(visit, speaker)
        level = wanted_volume(visit.wishes, speaker)
        on_way = self._receipts.save(on_its_way(receipt, speaker))
        try:
            self._move(account, speaker, level)
        except Unavailable:
            raise  # nobody knows whether it moved: the receipt fits both
        except SpottyError as error:
            self._receipts.save(replace(receipt, version=on_way.version))
            if isinstance(error, NotFound):
                raise self._waking.slept(account, wanted) from error
            raise
        note = FirstNote(self._clock.now())
        arrived = _arrived(visit, on_way, speaker, level)
        heard = self._listening.hear(arrived)
        if heard is None:
            reason = Reason.NOT_CONFIRMED
            return Outcome(False, reason, sentence(reason), first_note=note)
        note = replace(note, confirmed_at=self._clock.now())
        self._receipts.save(replace(arrived, item=heard.item))
        with suppress(SpottyError):  # wrong volumes do not make it stop
            self._adjust(arrived, heard, receipt, state)
        losses = (verdict.loss,) if verdict.loss is not None else ()
        return Outcome(True, verdict.reason, losses=losses, first_note=note)

    def _find(self, wanted: Speaker, state: PlayerState, receipt: Receipt) -> SeenSpeaker:
        """Find the speaker; where that took a while, a person may have taken the music meanwhile."""
        began = self._clock.now()
        elsewhere = replace(state, speaker=None)
        speaker = self._waking.find(receipt.account, wanted, elsewhere, began + PATIENCE)
        if self._clock.now() - began >= A_MOMENT:
            lost = lost_to(self._view.state(receipt.account), receipt)
            if lost is not None:
                raise NeedsPerson(lost)
        return speaker

    def _move(self, account: str, speaker: SeenSpeaker, level: int | None) -> None:
        speaker_id = speaker.id or ""
        if level is not None and level != speaker.volume:
            with suppress(NotFound):  # some take no volume before they are active: it is set once more there
                self._controls.set_volume(account, speaker_id, level)
        try:
            self._controls.transfer(account, speaker_id, play=True)
        except NotFound:
            self._pause(A_MOMENT)
            self._controls.transfer(account, speaker_id, play=True)

    def _adjust(self, here: Receipt, heard: PlayerState, there: Receipt, before: PlayerState) -> None:
        """Set the new speaker right if it woke with a volume of its own, and leave the old one as it was."""
        volume = heard.speaker.volume if heard.speaker is not None else None
        if here.volume is not None and volume not in (None, here.volume):
            self._controls.set_volume(here.account, here.speaker_id, here.volume)
        left = volume_to_leave(before.speaker.volume if before.speaker is not None else None, there)
        if left is not None:
            self._controls.set_volume(here.account, there.speaker_id, left)


def _arrived(visit: Visit, on_way: Receipt, speaker: SeenSpeaker, level: int | None) -> Receipt:
    """Return the receipt of the visit that the music came along to."""
    return replace(
        on_way,
        session_id=visit.session_id,
        room_id=visit.room_id,
        speaker_id=speaker.id or "",
        speaker_name=speaker.name,
        speaker_type=speaker.type,
        confirmed=True,
        volume=level,
        volume_before=speaker.volume if level is not None else None,
        ending=visit.wishes.ending,
        pause_at=None,
    )
