"""Who asked for what and when: a ring of the last requests, cheap enough to leave on in benchmarks."""

import time
from collections import deque
from itertools import islice
from typing import Any

from spottypottysense.simulator.wire import Request

_FIELDS = ("n", "monotonic_ns", "method", "path", "account", "device_id", "status")
Row = list[Any]


class RequestLog:
    """The last `size` requests; `n` counts from 1 and never starts over while the log lives."""

    def __init__(self, size: int = 200_000) -> None:
        self._rows: deque[Row] = deque(maxlen=size)
        self.last = 0

    def arrived(self, request: Request) -> Row:
        """Note a request at its full arrival; status 0 means not answered yet."""
        self.last += 1
        row: Row = [self.last, time.monotonic_ns(), request.method, request.path, "", "", 0]
        self._rows.append(row)
        return row

    def answered(self, row: Row, request: Request, status: int) -> None:
        """Note what became of it, and whose it turned out to be."""
        row[4], row[5], row[6] = request.account, request.device, status

    def since(self, n: int, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` requests with a number above `n`, oldest first."""
        first = self.last - len(self._rows)
        rows = islice(self._rows, max(0, n - first), None)
        return [dict(zip(_FIELDS, row, strict=True)) for row in islice(rows, limit)]

    def clear(self) -> None:
        """Forget the requests; numbers go on."""
        self._rows.clear()
