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
        """Return what still waits for a person, newest first."""
        ...

    def settle(self, subject: str, reason: Reason, at: datetime) -> None:
        """Mark what was told of this subject for this reason as attended to."""
        ...


class Messenger(Protocol):
    """Carries a notice to a person."""

    def deliver(self, notice: Notice) -> None:
        """Send it on; failing to is the messenger's own affair and raises nothing."""
        ...
