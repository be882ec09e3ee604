"""Answers that were given before, for as long as nothing that is stored has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from fastapi import Request, Response

from spottypottysense.api.answers import Written, tell, written

Version = Callable[[], int]
"""Returns a number that is another one whenever anything stored has changed, whoever wrote it."""

_MOST = 128


class Remembered:
    """Keeps up to 128 answers as bytes; without a `version` none."""

    def __init__(self, version: Version | None = None) -> None:
        self._version = version
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[int, Written]] = OrderedDict()

    def tell(self, request: Request, key: Hashable, make: Callable[[], Mapping[str, Any]]) -> Response:
        """Answer with what `make` returns, which depends on `key` and on what is stored, and not on the time.

        The key names the household, so that nobody is told another's.
        """
        if self._version is None:
            return tell(request, written(make()))
        version = self._version()  # before anything is read: what changes meanwhile is read again
        with self._lock:
            known = self._answers.get(key)
        if known is not None and known[0] == version:
            return tell(request, known[1])
        fresh = written(make())
        with self._lock:
            self._answers[key] = (version, fresh)
            self._answers.move_to_end(key)
            if len(self._answers) > _MOST:
                self._answers.popitem(last=False)
        return tell(request, fresh)
