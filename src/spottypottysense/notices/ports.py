"""What notices need: a store, and a way to a person."""

from datetime import datetime
from typing import Protocol

from spottypottysense.notices.model import Notice
from spottypottysense.reasons import Reason


class NoticeStore(Protocol):
    """Notices that were told."""

    def add(self, notice: Notice) -> bool:
        """Keep the notice unless an unsettled one says the same of its subject; say whether it was kept."""
        ...

    def unsettled(self) -> tuple[Notice, ...]:
        """Return what is not settled yet, newest first."""
        ...

    def undelivered(self) -> tuple[Notice, ...]:
        """Return what is neither settled nor delivered, oldest first."""
        ...

    def delivered(self, notice_id: str, at: datetime) -> None:
        """Mark a notice as delivered."""
        ...

    def acknowledge(self, notice_id: str, at: datetime) -> None:
        """Mark an unsettled notice as known to its person; raises `NotFound`."""
        ...

    def settle(self, subject: str, reason: Reason, at: datetime) -> None:
        """Mark what was told of this subject for this reason as attended to."""
        ...


class Messenger(Protocol):
    """Carries a notice to a person."""

    def deliver(self, notice: Notice) -> bool:
        """Send it on and say whether that worked; what did not is handed in again. Raises nothing."""
        ...
