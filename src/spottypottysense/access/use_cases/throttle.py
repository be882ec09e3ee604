"""Who has guessed wrongly from where, remembered for a while in memory."""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

from spottypottysense.access.model import Failures
from spottypottysense.access.policy.throttling import (
    FREE_PER_ADDRESS,
    FREE_PER_EMAIL,
    MOST_ADDRESSES,
    MOST_EMAILS,
    address_key,
    after_failure,
    email_key,
    wait_after,
    without_one,
)
from spottypottysense.clock import Clock
from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass
class _Address:
    failures: Failures | None = None
    emails: OrderedDict[bytes, Failures] = field(default_factory=OrderedDict)


class Throttle:
    """Makes guessing slow, for whoever guesses.

    An attempt counts as a failure when it begins, so that many at once are no way around it; one that
    succeeds or could not be made is taken back.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._addresses: OrderedDict[str, _Address] = OrderedDict()

    def begin(self, address: str, email: str) -> None:
        """Count an attempt; raises `Unavailable(TOO_MANY_TRIES)` with the wait if it comes too early."""
        now, place, who = self._clock.now(), address_key(address), email_key(email)
        with self._lock:
            known = self._addresses.get(place) or _Address()
            wait = max(
                wait_after(known.failures, FREE_PER_ADDRESS, now),
                wait_after(known.emails.get(who), FREE_PER_EMAIL, now),
            )
            if wait:
                seconds = math.ceil(wait.total_seconds())
                message = f"Too many wrong passwords came from your address: try again in {seconds} s."
                raise Unavailable(message, wait, Reason.TOO_MANY_TRIES)
            known.failures = after_failure(known.failures, now)
            _remember(known.emails, who, after_failure(known.emails.get(who), now), MOST_EMAILS)
            _remember(self._addresses, place, known, MOST_ADDRESSES)

    def undo(self, address: str, email: str) -> None:
        """Take an attempt back that was neither right nor wrong."""
        who = email_key(email)
        with self._lock:
            known = self._addresses.get(address_key(address))
            if known is None:
                return
            known.failures = without_one(known.failures)
            rest = without_one(known.emails.pop(who, None))
            if rest is not None:
                known.emails[who] = rest

    def succeed(self, address: str, email: str) -> None:
        """Take an attempt back that was right, and forget those before it for this e-mail from there."""
        self.undo(address, email)
        with self._lock:
            known = self._addresses.get(address_key(address))
            if known is not None:
                known.emails.pop(email_key(email), None)


def _remember(into: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Keep it as the newest, and forget the oldest beyond `most`."""
    into[key] = value
    into.move_to_end(key)
    while len(into) > most:
        into.popitem(last=False)
