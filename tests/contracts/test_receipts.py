"""What every `ReceiptStore` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.races import winners
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict
from spottypottysense.playback.model import Receipt
from spottypottysense.sensors.model import Ending

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
RECEIPT = Receipt(
    account="anna",
    session_id="s1",
    room_id="bath",
    speaker_id="5fbb3ba6",
    speaker_name="Bad 🛁",
    content="spotify:album:1",
    started_at=NOW,
)
FULL = Receipt(
    account="anna",
    session_id="s2",
    room_id="kitchen",
    speaker_id="0d1841b0",
    speaker_name="Küche",
    content="spotify:playlist:2",
    started_at=NOW + timedelta(microseconds=1),
    confirmed=True,
    speaker_type="Speaker",
    item="spotify:track:3",
    volume=0,
    volume_before=100,
    ending=Ending.FINISH_SONG,
    pause_at=NOW + timedelta(minutes=3, microseconds=2),
)


@pytest.mark.parametrize("receipt", [FULL, replace(FULL, confirmed=False, ending=Ending.FADE), RECEIPT])
def test_receipt_comes_back_whole(stores: Stores, receipt: Receipt) -> None:
    """Every field of a receipt survives storage, with version 1 after the first write."""
    saved = stores.receipts.save(receipt)
    assert saved == replace(receipt, version=1)
    assert stores.receipts.receipt("anna") == saved


def test_every_field_can_change(stores: Stores) -> None:
    """A write that names the stored version replaces every field."""
    first = stores.receipts.save(RECEIPT)
    second = stores.receipts.save(replace(FULL, version=first.version))
    assert second == replace(FULL, version=2)
    assert stores.receipts.receipts() == (second,)


def test_no_receipt(stores: Stores) -> None:
    """An account for which we started nothing has no receipt."""
    assert stores.receipts.receipt("anna") is None
    assert stores.receipts.receipts() == ()


@pytest.mark.parametrize("version", [0, 1, 3])
def test_stale_write_is_refused(stores: Stores, version: int) -> None:
    """A write that names another version than the stored one changes nothing."""
    stored = stores.receipts.save(stores.receipts.save(RECEIPT))
    with pytest.raises(Conflict):
        stores.receipts.save(replace(RECEIPT, room_id="kitchen", version=version))
    assert stores.receipts.receipt("anna") == stored


def test_write_after_removal_is_refused(stores: Stores) -> None:
    """Who holds a removed receipt cannot bring it back."""
    stored = stores.receipts.save(RECEIPT)
    stores.receipts.remove(stored)
    with pytest.raises(Conflict):
        stores.receipts.save(stored)


def test_removal(stores: Stores) -> None:
    """A receipt of another version stays; this very version goes; what is gone can be removed again."""
    first = stores.receipts.save(RECEIPT)
    second = stores.receipts.save(replace(first, confirmed=True))
    with pytest.raises(Conflict):
        stores.receipts.remove(first)
    assert stores.receipts.receipt("anna") == second
    stores.receipts.remove(second)
    stores.receipts.remove(second)
    assert stores.receipts.receipt("anna") is None


def test_oldest_first(stores: Stores) -> None:
    """All receipts are listed, the oldest first."""
    for account, minutes in (("a", 2), ("b", 1), ("c", 3)):
        started_at = NOW + timedelta(minutes=minutes)
        stores.receipts.save(replace(RECEIPT, account=account, started_at=started_at))
    assert [receipt.account for receipt in stores.receipts.receipts()] == ["b", "a", "c"]


def test_one_of_many_writers_wins(stores: Stores) -> None:
    """Of eight writers that read the same version, or that read nothing, exactly one is obeyed."""
    assert winners(lambda n: stores.receipts.save(replace(RECEIPT, session_id=f"s{n}"))) == 1
    read = stores.receipts.receipt("anna")
    assert read is not None
    assert winners(lambda n: stores.receipts.save(replace(read, session_id=f"s{n}"))) == 1
