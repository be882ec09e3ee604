"""Conditional writes into a dict."""

from dataclasses import replace
from typing import TypeVar

from spottypottysense.errors import Conflict
from spottypottysense.grants.model import Grant
from spottypottysense.playback.model import Receipt
from spottypottysense.presence.model import Session

Versioned = TypeVar("Versioned", Grant, Receipt, Session)


def put_version(kept: dict[str, Versioned], key: str, value: Versioned) -> Versioned:
    """Keep `value` with its next version if the kept one has its version (0: none is kept)."""
    stored = kept[key].version if key in kept else 0
    if stored != value.version:
        raise Conflict("Somebody else changed it meanwhile: read it again.")
    kept[key] = replace(value, version=value.version + 1)
    return kept[key]
