"""Things that can play, and the bad habits that real ones have."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Quirks:
    """Bad habits, each seen on real devices.

    `sleeps_after` is in seconds without playback. `wakes_on_transfer` is the number of the transfer
    that wakes a sleeping speaker (0: only its user can).
    """

    null_id: bool = False
    unstable_id: bool = False
    sleeps_after: float | None = None
    wakes_on_transfer: int = 0
    first_play_404: bool = False
    cast_404: bool = False


@dataclass(slots=True)
class Speaker:
    """One Spotify Connect target; `key` is ours and stays, the id is Spotify's and may not."""

    key: str
    name: str
    type: str
    volume: int
    used_at: datetime
    accounts: set[str]
    supports_volume: bool = True
    is_restricted: bool = False
    quirks: Quirks = field(default_factory=Quirks)
    awake: bool = True
    cold: bool = True
    player: str = ""
    """The account that plays here right now; empty when it is silent."""
    wake_tries: int = 0
    generation: int = 0

    @property
    def id(self) -> str:
        """The id that Spotify gives it now: 40 hexadecimal digits."""
        return hashlib.blake2b(f"{self.key}/{self.generation}".encode(), digest_size=20).hexdigest()

    def settle(self, now: datetime) -> None:
        """Fall asleep if it has been silent for too long."""
        limit = self.quirks.sleeps_after
        if (
            self.awake
            and not self.player
            and limit is not None
            and now - self.used_at >= timedelta(seconds=limit)
        ):
            self.sleep()

    def sleep(self) -> None:
        """Vanish from every list of devices."""
        self.awake = False
        self.cold = True
        self.wake_tries = 0

    def wake(self, now: datetime) -> None:
        """Come back, under a new id if that is its habit."""
        if not self.awake and self.quirks.unstable_id:
            self.generation += 1
        self.awake = True
        self.used_at = now

    def reboot(self, now: datetime) -> None:
        """Lose power and come back."""
        self.sleep()
        self.wake(now)

    def answers_transfer(self, now: datetime) -> bool:
        """Say whether a transfer finds it, counting the tries that a sleeping one needs."""
        if not self.awake and self.quirks.wakes_on_transfer:
            self.wake_tries += 1
            if self.wake_tries >= self.quirks.wakes_on_transfer:
                self.wake(now)
        return self.awake and not self.quirks.cast_404

    def answers_play(self) -> bool:
        """Say whether a play command finds it; a cold one with `first_play_404` misses the first."""
        if not self.awake or self.quirks.cast_404:
            return False
        missed = self.cold and self.quirks.first_play_404
        self.cold = False
        return not missed
