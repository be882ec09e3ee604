"""Waiting until music is heard."""

from datetime import timedelta

from spottypottysense.playback.model import PlayerState, Receipt
from spottypottysense.playback.policy.ownership import is_confirmed
from spottypottysense.playback.use_cases.means import Means

LOOKS = (timedelta(milliseconds=500), timedelta(seconds=1), timedelta(seconds=2))
"""How long to wait before each further read: a command that was taken is not yet done."""


class Listening:
    """Reads an account's player until it does what it was asked."""

    def __init__(self, means: Means) -> None:
        self._view = means.view
        self._pause = means.pause

    def hear(self, receipt: Receipt) -> PlayerState | None:
        """Return the first state in which the receipt's music plays, or None if it does not come."""
        state = self._view.state(receipt.account)
        for wait in LOOKS:
            if is_confirmed(state, receipt):
                break
            self._pause(wait)
            state = self._view.state(receipt.account)
        return state if is_confirmed(state, receipt) else None
