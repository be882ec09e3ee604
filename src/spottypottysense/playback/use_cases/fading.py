"""Music that comes and goes softly."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from spottypottysense.errors import NeedsPerson, NotFound
from spottypottysense.playback.model import PlayerState, Receipt
from spottypottysense.playback.policy.loudness import before_falling, falls, is_faded, is_set_by_us
from spottypottysense.playback.policy.ownership import lost_to
from spottypottysense.playback.use_cases.means import Means

STEP = timedelta(seconds=2)
"""How long a volume lasts on the way up or down."""

BLINK = timedelta(milliseconds=500)
"""How often we look whether somebody came back while it falls."""


class Fading:
    """Changes the volume in steps, each one only if nobody else did since."""

    def __init__(self, means: Means) -> None:
        self._view = means.view
        self._controls = means.controls
        self._receipts = means.receipts
        self._pause = means.pause

    def rise(self, receipt: Receipt, steps: tuple[int, ...]) -> None:
        """Go up; the first step follows the read that confirmed the music. Raises as commands do."""
        for number, level in enumerate(steps):
            if number:
                self._pause(STEP)
                if not _may_change(self._view.state(receipt.account), receipt):
                    return
            self._controls.set_volume(receipt.account, receipt.speaker_id, level)

    def fall(
        self, receipt: Receipt, state: PlayerState, interrupted: Callable[[], bool]
    ) -> tuple[Receipt, PlayerState] | None:
        """Go down from `state`, which was just read; return the receipt and state then, None if interrupted.

        Nobody reads the steps: a receipt that names the volume before them is the way back from a crash.
        """
        speaker = state.speaker
        if speaker is None or speaker.volume is None or not speaker.supports_volume:
            return receipt, state
        known = before_falling(receipt, speaker.volume)
        receipt = receipt if known == receipt else self._receipts.save(known)
        for level in falls(speaker.volume) if speaker.volume == receipt.volume else ():
            with suppress(NeedsPerson, NotFound):  # what cannot fall is paused all the same
                self._controls.set_volume(receipt.account, speaker.id or receipt.speaker_id, level)
            for _ in range(STEP // BLINK):
                self._pause(BLINK)
                if interrupted():
                    return None
            state = self._view.state(receipt.account)
            if not _may_change(state, receipt):
                break
        return receipt, state

    def mend(self, receipt: Receipt, state: PlayerState) -> None:
        """Bring back the volume that a fade left half way; raises as commands do."""
        if receipt.volume is not None and is_faded(_volume(state), receipt):
            self._controls.set_volume(receipt.account, receipt.speaker_id, receipt.volume)


def _may_change(state: PlayerState, receipt: Receipt) -> bool:
    volume = _volume(state)
    return lost_to(state, receipt) is None and (volume is None or is_set_by_us(volume, receipt))


def _volume(state: PlayerState) -> int | None:
    return state.speaker.volume if state.speaker is not None else None
