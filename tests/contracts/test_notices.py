"""What every `NoticeStore` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.races import RACERS, winners
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.notices.model import Notice
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
NOTICE = Notice("n1", "anna", Reason.RECONNECT, NOW)


def test_told_once_until_settled(stores: Stores) -> None:
    """The same notice is kept once, and again after it was settled."""
    assert stores.notices.add(NOTICE)
    assert not stores.notices.add(replace(NOTICE, id="n2"))
    stores.notices.settle("anna", Reason.RECONNECT, NOW)
    assert stores.notices.unsettled() == ()
    assert stores.notices.add(replace(NOTICE, id="n3"))
    assert stores.notices.unsettled() == (replace(NOTICE, id="n3"),)


def test_settling_leaves_others_alone(stores: Stores) -> None:
    """Settling one pair of subject and reason settles no other, and settling what is not there is fine."""
    other_reason = replace(NOTICE, id="n2", reason=Reason.PREMIUM_REQUIRED)
    other_subject = replace(NOTICE, id="n3", subject="ben")
    for notice in (NOTICE, other_reason, other_subject):
        assert stores.notices.add(notice)
    stores.notices.settle("anna", Reason.RECONNECT, NOW)
    stores.notices.settle("nobody", Reason.RECONNECT, NOW)
    assert set(stores.notices.unsettled()) == {other_reason, other_subject}


def test_newest_first(stores: Stores) -> None:
    """What waits is listed newest first; of the same moment, what was added last."""
    for name, minutes in (("a", 1), ("b", 3), ("c", 2), ("d", 2)):
        stores.notices.add(Notice(name, name, Reason.RECONNECT, NOW + timedelta(minutes=minutes)))
    assert [notice.id for notice in stores.notices.unsettled()] == ["b", "d", "c", "a"]


def test_delivery_is_remembered(stores: Stores) -> None:
    """What waits for delivery is listed oldest first, and no more once it is delivered or settled."""
    for name, minutes in (("a", 1), ("b", 3), ("c", 2)):
        stores.notices.add(Notice(name, name, Reason.RECONNECT, NOW + timedelta(minutes=minutes)))
    assert [notice.id for notice in stores.notices.undelivered()] == ["a", "c", "b"]
    stores.notices.delivered("a", NOW)
    stores.notices.settle("c", Reason.RECONNECT, NOW)
    stores.notices.delivered("nothing", NOW)
    assert [notice.id for notice in stores.notices.undelivered()] == ["b"]
    assert {n.id: n.delivered_at for n in stores.notices.unsettled()} == {"a": NOW, "b": None}


def test_acknowledging_keeps_it_unsettled(stores: Stores) -> None:
    """Its person knows, so that it is not told again before it is settled; only what is open can be."""
    stores.notices.add(NOTICE)
    stores.notices.acknowledge("n1", NOW)
    assert stores.notices.unsettled() == (replace(NOTICE, acknowledged_at=NOW),)
    assert not stores.notices.add(replace(NOTICE, id="n2"))
    stores.notices.settle("anna", Reason.RECONNECT, NOW)
    for name in ("n1", "n2"):
        with pytest.raises(NotFound):
            stores.notices.acknowledge(name, NOW)


def test_one_of_many_is_kept(stores: Stores) -> None:
    """Of eight equal notices at one moment exactly one is kept."""

    def add(number: int) -> None:
        if not stores.notices.add(replace(NOTICE, id=f"n{number}")):
            raise Conflict

    assert winners(add) == 1 < RACERS
    assert len(stores.notices.unsettled()) == 1
