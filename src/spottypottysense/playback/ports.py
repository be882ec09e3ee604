"""What playback needs: a player, receipts, and a memory of where music stopped and what speakers need."""

from typing import Protocol

from spottypottysense.playback.model import (
    Bookmark,
    ContentLength,
    KnownSpeaker,
    PlayerState,
    Receipt,
    SeenSpeaker,
    Start,
)
from spottypottysense.sensors.model import Speaker


class PlayerView(Protocol):
    """Reads what an account's player does.

    All methods raise `NeedsPerson` or `Unavailable`.
    """

    def state(self, account: str) -> PlayerState:
        """Return what plays now."""
        ...

    def speakers(self, account: str) -> tuple[SeenSpeaker, ...]:
        """Return the speakers that Spotify lists for the account now."""
        ...

    def length(self, account: str, content: str) -> int | None:
        """Return how many songs the content has; None if Spotify does not tell (playlists of others)."""
        ...


class PlayerControls(Protocol):
    """Commands an account's player; every command names its speaker.

    Each raises `NotFound` if Spotify does not know the speaker id (asleep or stale), `NeedsPerson` or
    `Unavailable`, `CommandRefused` where Spotify refuses the command itself.
    """

    def transfer(self, account: str, speaker_id: str, play: bool = False) -> None:
        """Make the speaker the active one; `play` lets what plays go on there, else nothing starts."""
        ...

    def play(self, account: str, speaker_id: str, start: Start | None) -> None:
        """Start music on the speaker; `None` goes on with what was there."""
        ...

    def skip(self, account: str, speaker_id: str) -> None:
        """Go to the next song."""
        ...

    def pause(self, account: str, speaker_id: str) -> None:
        """Pause; pausing what is paused already is success."""
        ...

    def set_volume(self, account: str, speaker_id: str, percent: int) -> None:
        """Set the volume, 0 to 100."""
        ...

    def set_shuffle(self, account: str, speaker_id: str, on: bool) -> None:
        """Switch shuffle on or off."""
        ...


class Player(PlayerView, PlayerControls, Protocol):
    """Both sides of a player."""


class ReceiptStore(Protocol):
    """At most one receipt per account."""

    def receipt(self, account: str) -> Receipt | None:
        """Return what we last started for the account and have not ended."""
        ...

    def save(self, receipt: Receipt) -> Receipt:
        """Write it if the stored version is `receipt.version` (0: none stored); raises `Conflict`.

        Returns the receipt with its new version.
        """
        ...

    def remove(self, receipt: Receipt) -> None:
        """Forget it if this very version is stored; raises `Conflict` if another one is."""
        ...

    def receipts(self) -> tuple[Receipt, ...]:
        """Return all receipts, oldest first."""
        ...


class Bookmarks(Protocol):
    """Where each room's music stopped; the newest one per room."""

    def bookmark(self, room_id: str) -> Bookmark | None:
        """Return where the room's music stopped last."""
        ...

    def keep(self, bookmark: Bookmark) -> None:
        """Write it in place of the room's last one."""
        ...


class KnownSpeakers(Protocol):
    """What we learnt of speakers, by account, name and type."""

    def known(self, account: str, speaker: Speaker) -> KnownSpeaker | None:
        """Return what is known of the speaker; without a type, the one of this name that was seen last."""
        ...

    def keep(self, known: KnownSpeaker) -> None:
        """Write it in place of what was known."""
        ...

    def all_of(self, account: str) -> tuple[KnownSpeaker, ...]:
        """Return all speakers of an account, by name."""
        ...


class ContentLengths(Protocol):
    """How many songs playlists and albums have."""

    def length(self, content: str) -> ContentLength | None:
        """Return what Spotify told last, or None if it was never asked."""
        ...

    def keep(self, length: ContentLength) -> None:
        """Write what Spotify told, in place of what it told before."""
        ...
