"""Speakers that several accounts play on."""

from spottypottysense.errors import NeedsPerson, SpottyError
from spottypottysense.playback.model import SeenSpeaker, Visit
from spottypottysense.playback.policy.finding import is_one
from spottypottysense.playback.policy.ownership import is_there
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.reasons import Reason


class Sharing:
    """Sees whose music a speaker plays."""

    def __init__(self, means: Means) -> None:
        self._view = means.view
        self._receipts = means.receipts

    def must_be_free(self, visit: Visit, speaker: SeenSpeaker) -> None:
        """Raise `NeedsPerson(SPEAKER_TAKEN)`, naming the other account of the room that plays on the speaker.

        Somebody who asks by hand and means to take over gets it.
        """
        if visit.by_hand and visit.takes_over:
            return
        for other in visit.others:
            if self._holds(other, speaker):
                raise NeedsPerson(Reason.SPEAKER_TAKEN, other)

    def _holds(self, account: str, speaker: SeenSpeaker) -> bool:
        """Ask the player; where it does not answer, the receipt says what we know."""
        try:
            state = self._view.state(account)
        except SpottyError:
            receipt = self._receipts.receipt(account)
            return receipt is not None and receipt.confirmed and is_there(speaker, receipt)
        return state.is_playing and is_one(state.speaker, speaker)
