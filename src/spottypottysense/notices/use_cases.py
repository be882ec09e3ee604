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
        """Note that `subject` needs attention, unless that is noted and not settled yet.

        It is sent on by `deliver_pending`: whoever tells must not wait for a mail server.
        """
        self._store.add(Notice(ids.new_id("notice"), subject, reason, self._clock.now()))

    def deliver_pending(self) -> int:
        """Send on what was not delivered yet, oldest first; return how many were."""
        delivered = 0
        for notice in self._store.undelivered():
            if self._messenger.deliver(notice):
                self._store.delivered(notice.id, self._clock.now())
                delivered += 1
        return delivered

    def settle(self, subject: str, reason: Reason) -> None:
        """Note that it was attended to; the next time it happens it is told again."""
        self._store.settle(subject, reason, self._clock.now())

    def acknowledge(self, notice_id: str) -> None:
        """Note that its person knows: it is shown no more, and not told again before it is settled.

        Raises `NotFound`.
        """
        self._store.acknowledge(notice_id, self._clock.now())

    def unsettled(self) -> tuple[Notice, ...]:
        """Return what is not settled yet, acknowledged or not, newest first."""
        return self._store.unsettled()

    def waiting(self) -> tuple[Notice, ...]:
        """Return what still waits for a person, newest first."""
        return tuple(notice for notice in self._store.unsettled() if notice.acknowledged_at is None)
