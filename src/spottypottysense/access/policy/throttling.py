"""How long whoever guesses passwords has to wait.

Failures are counted by address, and by address and e-mail together, never by e-mail alone: else a stranger
could keep the right person out from anywhere.
"""

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from spottypottysense.access.model import Failures

FREE_PER_EMAIL = 5
FREE_PER_ADDRESS = 20
"""More than for one e-mail: behind one address there may be a whole family."""

FORGOTTEN_AFTER = timedelta(minutes=15)
MOST_ADDRESSES = 10_000
MOST_EMAILS = 20
"""How many e-mails are remembered per address; the address' own count outlives them."""

_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=60)
_DOUBLINGS = 6


def address_key(address: str) -> str:
    """Return what stands for an address: of IPv6 the network, as one household owns a whole /64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), 64), strict=False))


def after_failure(before: Failures | None, now: datetime) -> Failures:
    """Return the failures with one more; those before it are forgotten after 15 quiet minutes."""
    if before is None or now - before.last_at >= FORGOTTEN_AFTER:
        return Failures(1, now)
    return Failures(before.count + 1, now)


def wait_after(failures: Failures | None, free: int, now: datetime) -> timedelta:
    """Return how long to wait at `now`: nothing below `free` failures, then 1 s, 2 s, 4 s up to 60 s."""
    if failures is None or failures.count < free or now - failures.last_at >= FORGOTTEN_AFTER:
        return timedelta(0)
    wait = min(_FIRST_WAIT * (1 << min(failures.count - free, _DOUBLINGS)), _LONGEST_WAIT)
    # A clock that was turned back must not make anybody wait longer than that.
    return min(max(failures.last_at + wait - now, timedelta(0)), wait)


def without_one(failures: Failures | None) -> Failures | None:
    """Return the failures with one less: what was counted turned out to be none."""
    if failures is None or failures.count <= 1:
        return None
    return Failures(failures.count - 1, failures.last_at)


def email_key(email: str) -> bytes:
    """Return what stands for an e-mail address, short however long somebody makes it."""
    return hashlib.blake2b(email.casefold().encode("utf-8", "replace"), digest_size=8).digest()
