"""What playback needs: a player, and a store of receipts."""

from typing import Protocol

from spottypottysense.playback.model import PlayerState, Receipt, SeenSpeaker


class PlayerView(Protocol):
    """Reads what an account's player does.

    Both methods raise `NeedsPerson` or `Unavailable`.
    """

    def state(self, account: str) -> PlayerState:
        """Return what plays now."""
        ...

    def speakers(self, account: str) -> tuple[SeenSpeaker, ...]:
        """Return the speakers that Spotify lists for the account now."""
        ...


class PlayerControls(Protocol):
    """Commands an account's player; every command names its speaker.

    Each raises `NotFound` if Spotify does not know the speaker id (asleep or stale), `NeedsPerson` or
    `Unavailable`.
    """

    def transfer(self, account: str, speaker_id: str) -> None:
        """Make the speaker the active one, without starting music."""
        ...

    def play(self, account: str, speaker_id: str, content: str | None) -> None:
        """Start `content` (a context URI) on the speaker; `None` resumes what was there."""
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
