"""What playback works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.playback.ports import (
    Bookmarks,
    ContentLengths,
    KnownSpeakers,
    PlayerControls,
    PlayerView,
    ReceiptStore,
)


@dataclass(frozen=True)
class Memory:
    """What is remembered from visit to visit: where music stopped, what speakers need, how long lists are."""

    bookmarks: Bookmarks
    speakers: KnownSpeakers
    lengths: ContentLengths


@dataclass(frozen=True)
class Means:
    """A player's two sides, what is kept, and the world's chance and time; `pause` waits."""

    view: PlayerView
    controls: PlayerControls
    receipts: ReceiptStore
    memory: Memory
    clock: Clock
    dice: Callable[[], float]
    pause: Callable[[timedelta], None]
