"""Receipts in a dict."""

import threading

from memory.versions import put_version
from spottypottysense.errors import Conflict
from spottypottysense.playback.model import Receipt


class MemoryReceipts:
    """A `ReceiptStore` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._receipts: dict[str, Receipt] = {}

    def receipt(self, account: str) -> Receipt | None:
        """Return what we last started for the account and have not ended."""
        with self._lock:
            return self._receipts.get(account)

    def save(self, receipt: Receipt) -> Receipt:
        """Write it if the stored version is `receipt.version`; raises `Conflict`."""
        with self._lock:
            return put_version(self._receipts, receipt.account, receipt)

    def remove(self, receipt: Receipt) -> None:
        """Forget it if this very version is stored; raises `Conflict` if another one is."""
        with self._lock:
            stored = self._receipts.get(receipt.account)
            if stored is not None and stored.version != receipt.version:
                raise Conflict("Somebody else changed it meanwhile: read it again.")
            self._receipts.pop(receipt.account, None)

    def receipts(self) -> tuple[Receipt, ...]:
        """Return all receipts, oldest first."""
        with self._lock:
            return tuple(sorted(self._receipts.values(), key=lambda receipt: receipt.started_at))
