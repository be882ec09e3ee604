"""What is done with notices."""

from spottypottysense import ids
from spottypottysense.clock import Clock
from spottypottysense.notices.model import Notice
from spottypottysense.notices.ports import Messenger, NoticeStore
from spottypottysense.reasons import Reason


class Notices:
    """Tells people what they should know or do, each thing once."""

    def __init__(self, store: NoticeStore, messenger: Messenger, clock: Clock) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock

    def tell(self, subject: str, reason: Reason) -> None:
        """Tell that `subject` needs attention, unless it was told and is not settled yet."""
        notice = Notice(ids.new_id("notice"), subject, reason, self._clock.now())
        if self._store.add(notice):
            self._messenger.deliver(notice)

    def settle(self, subject: str, reason: Reason) -> None:
        """Note that it was attended to; the next time it happens it is told again."""
        self._store.settle(subject, reason, self._clock.now())

    def unsettled(self) -> tuple[Notice, ...]:
        """Return what still waits for a person, newest first."""
        return self._store.unsettled()
