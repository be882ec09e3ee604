"""Ending what is ours."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Action, Bookmark, Outcome, PlayerState, Receipt
from spottypottysense.playback.policy.deciding import on_departure, reason_of, song_ends_at
from spottypottysense.playback.policy.loudness import volume_to_leave
from spottypottysense.playback.policy.ownership import lost_to
from spottypottysense.playback.use_cases.fading import Fading
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending


def never() -> bool:
    """Nothing interrupts."""
    return False


class Leaving:
    """Pauses music that its receipt proves to be ours, and forgets the receipt."""

    def __init__(self, means: Means, fading: Fading) -> None:
        self._view = means.view
        self._controls = means.controls
        self._receipts = means.receipts
        self._bookmarks = means.memory.bookmarks
        self._clock = means.clock
        self._fading = fading

    def depart(self, receipt: Receipt, interrupted: Callable[[], bool]) -> Outcome:
        """End the music as its room wishes: at once, softly, or with the song."""
        if receipt.pause_at is not None and self._clock.now() < receipt.pause_at:
            return Outcome(playing=True, reason=Reason.SONG_FINISHES)
        return self._safely(receipt, lambda: self._depart(receipt, interrupted))

    def stop(self, receipt: Receipt) -> Outcome:
        """End the music at once: somebody asked for it."""
        return self._safely(receipt, lambda: self._end(receipt, self._view.state(receipt.account)))

    def silence(self, receipt: Receipt, state: PlayerState) -> None:
        """Pause what `state`, just read, shows to be ours; keep its place, and leave the volume as it was.

        Raises as commands do; a volume that cannot be set is no failure.
        """
        speaker = state.speaker
        speaker_id = (speaker.id if speaker is not None else None) or receipt.speaker_id
        self._controls.pause(receipt.account, speaker_id)
        if receipt.room_id and state.item is not None and state.position is not None:
            place = (receipt.content, state.item, state.position)
            self._bookmarks.keep(Bookmark(receipt.room_id, receipt.account, *place, self._clock.now()))
        volume = volume_to_leave(speaker.volume if speaker is not None else None, receipt)
        if volume is not None:
            with suppress(SpottyError):
                self._controls.set_volume(receipt.account, speaker_id, volume)

    def _depart(self, receipt: Receipt, interrupted: Callable[[], bool]) -> Outcome:
        state = self._view.state(receipt.account)
        verdict = on_departure(state, receipt, self._clock.now())
        if verdict.action is Action.FINISH_SONG:
            self._receipts.save(replace(receipt, pause_at=song_ends_at(state, self._clock.now())))
            return Outcome(playing=True, reason=verdict.reason)
        if verdict.action is Action.PAUSE and receipt.ending is Ending.FADE:
            fallen = self._fading.fall(receipt, state, interrupted)
            if fallen is None:
                return Outcome(playing=True, reason=Reason.ARRIVED)
            receipt, state = fallen
        return self._end(receipt, state)

    def _end(self, receipt: Receipt, state: PlayerState) -> Outcome:
        lost = lost_to(state, receipt)
        if lost is None:
            self.silence(receipt, state)
        self._receipts.remove(receipt)
        return Outcome(playing=False, reason=lost or Reason.PAUSED)

    def _safely(self, receipt: Receipt, end: Callable[[], Outcome]) -> Outcome:
        """While Spotify is out of reach, or refuses a pause, the receipt stays: it can be tried again."""
        try:
            return end()
        except Unavailable as error:
            return Outcome(playing=True, reason=error.reason, detail=str(error))
        except (NeedsPerson, NotFound) as error:
            if reason_of(error) is Reason.COMMAND_REFUSED:
                return Outcome(playing=True, reason=Reason.COMMAND_REFUSED, detail=str(error))
            stored = self._receipts.receipt(receipt.account)
            if stored is not None:
                self._receipts.remove(stored)
            return Outcome(playing=False, reason=reason_of(error), detail=str(error))
