"""What people are told, once."""

from datetime import timedelta

from memory.home import NOON, Listener
from memory.notices import MemoryNotices
from spottypottysense.clock import ManualClock
from spottypottysense.notices.use_cases import Notices
from spottypottysense.reasons import Reason


def test_each_thing_is_told_once_until_it_is_settled() -> None:
    """The same subject and reason are told again only after somebody attended to them."""
    listener, clock = Listener(), ManualClock(NOON)
    notices = Notices(MemoryNotices(), listener, clock)
    for subject, reason in (
        ("anna", Reason.RECONNECT),
        ("anna", Reason.RECONNECT),
        ("ben", Reason.RECONNECT),
        ("anna", Reason.PREMIUM_REQUIRED),
    ):
        notices.tell(subject, reason)
        clock.advance(timedelta(minutes=1))
    assert [(notice.subject, notice.reason) for notice in listener.notices] == [
        ("anna", Reason.RECONNECT),
        ("ben", Reason.RECONNECT),
        ("anna", Reason.PREMIUM_REQUIRED),
    ]
    assert notices.unsettled() == tuple(reversed(listener.notices))
    notices.settle("anna", Reason.RECONNECT)
    assert len(notices.unsettled()) == 2
    notices.tell("anna", Reason.RECONNECT)
    assert len(listener.notices) == 4
