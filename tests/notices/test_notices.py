"""What people are told, once."""

from datetime import timedelta

from memory.home import NOON
from memory.notices import MemoryNotices
from spottypottysense.clock import ManualClock
from spottypottysense.notices.model import Notice
from spottypottysense.notices.use_cases import Notices
from spottypottysense.reasons import Reason


class Post:
    """A messenger that keeps what it carries, unless it is on strike."""

    def __init__(self) -> None:
        self.strike = False
        self.carried: list[Notice] = []

    def deliver(self, notice: Notice) -> bool:
        """Take it on, or not."""
        if not self.strike:
            self.carried.append(notice)
        return not self.strike


def test_each_thing_is_told_once_until_it_is_settled() -> None:
    """The same subject and reason are told again only after somebody attended to them."""
    post, clock = Post(), ManualClock(NOON)
    notices = Notices(MemoryNotices(), post, clock)
    for subject, reason in (
        ("anna", Reason.RECONNECT),
        ("anna", Reason.RECONNECT),
        ("ben", Reason.RECONNECT),
        ("anna", Reason.PREMIUM_REQUIRED),
    ):
        notices.tell(subject, reason)
        clock.advance(timedelta(minutes=1))
    assert notices.deliver_pending() == 3
    assert [(notice.subject, notice.reason) for notice in post.carried] == [
        ("anna", Reason.RECONNECT),
        ("ben", Reason.RECONNECT),
        ("anna", Reason.PREMIUM_REQUIRED),
    ]
    assert [notice.id for notice in notices.unsettled()] == [notice.id for notice in reversed(post.carried)]
    notices.settle("anna", Reason.RECONNECT)
    assert len(notices.unsettled()) == 2
    notices.tell("anna", Reason.RECONNECT)
    assert notices.deliver_pending() == 1
    assert notices.deliver_pending() == 0


def test_what_could_not_be_delivered_is_tried_again() -> None:
    """A messenger that fails delays a notice; what is settled meanwhile is not sent any more."""
    post, clock = Post(), ManualClock(NOON)
    notices = Notices(MemoryNotices(), post, clock)
    post.strike = True
    notices.tell("anna", Reason.RECONNECT)
    notices.tell("ben", Reason.RECONNECT)
    assert notices.deliver_pending() == 0
    notices.settle("ben", Reason.RECONNECT)
    post.strike = False
    clock.advance(timedelta(minutes=1))
    assert notices.deliver_pending() == 1
    assert [notice.subject for notice in post.carried] == ["anna"]
    assert [notice.delivered_at for notice in notices.unsettled()] == [clock.now()]


def test_what_is_acknowledged_waits_for_nobody() -> None:
    """It is shown no more, and not told again while it lasts."""
    post = Post()
    notices = Notices(MemoryNotices(), post, ManualClock(NOON))
    notices.tell("anna", Reason.RECONNECT)
    (notice,) = notices.waiting()
    notices.acknowledge(notice.id)
    notices.tell("anna", Reason.RECONNECT)
    assert notices.waiting() == ()
    assert len(notices.unsettled()) == 1
    notices.settle("anna", Reason.RECONNECT)
    notices.tell("anna", Reason.RECONNECT)
    assert len(notices.waiting()) == 1
