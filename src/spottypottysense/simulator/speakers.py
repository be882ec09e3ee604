"""Things that can play, and the bad habits that real ones have."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Quirks:
    """Bad habits, each seen on real devices; what is not named is absent."""

    null_id: bool = False
    """Shown without an id, so that no command can name it."""
    null_volume: bool = False
    """Its volume shows only while it is the active one; the field may be null."""
    unstable_id: bool = False
    """A new id each time it wakes: Echo, iPhone, web player, some after a reboot (web-api#1059)."""
    unlisted: bool = False
    """Missing in the list of devices, but shown while it plays: unsupported models."""
    sleeps_after: float | None = None
    """Seconds of silence after which its session ends and it vanishes (raspotify#574)."""
    wakes_on_transfer: int = 0
    """The number of the transfer that wakes it while it sleeps; 0 means that only its user can."""
    wakes_after: float = 0.0
    """Seconds from that transfer, which is not found yet, until it is there (spotifyplus#98)."""
    wake_volume: int | None = None
    """The volume at which it comes up whenever it is made active, often 50 to 100 (spotcast#135)."""
    accepts_asleep: bool = False
    """Asleep, it is sent commands that are accepted (202) and come to nothing (spotify-web-api-node#385)."""
    first_play_404: bool = False
    """The first play after it slept is not found, the second works: Echo (spotcast#403)."""
    cast_404: bool = False
    """Listed and unrestricted, yet nothing ever finds it: Cast in spring 2025 (spotcast#542)."""
    inactive_volume_404: bool = False
    """The volume can be set only once it is the active one (spotcast#413)."""
    plays_on_transfer: bool = False
    """A transfer that must not start music does (spotifyplus#157)."""
    forgets_shuffle: bool = False
    """Starting a context clears shuffle (web-api#605)."""
    late: float = 0.0
    """Seconds from an accepted command to its effect; the state shows the old until then (web-api#631)."""


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
    wakes_at: datetime | None = None
    """When it comes up, after a transfer that woke it."""
    generation: int = 0

    @property
    def id(self) -> str:
        """The id that Spotify gives it now: 40 hexadecimal digits."""
        return hashlib.blake2b(f"{self.key}/{self.generation}".encode(), digest_size=20).hexdigest()

    def settle(self, now: datetime) -> None:
        """Fall asleep if it has been silent for too long; come up if it was woken."""
        if self.wakes_at is not None and now >= self.wakes_at:
            self.wake(self.wakes_at)
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
        self.wakes_at = None

    def wake(self, now: datetime) -> None:
        """Come back, under a new id if that is its habit."""
        if not self.awake and self.quirks.unstable_id:
            self.generation += 1
        self.awake = True
        self.wakes_at = None
        self.used_at = now

    def reboot(self, now: datetime) -> None:
        """Lose power and come back."""
        self.sleep()
        self.wake(now)

    def answers_transfer(self, now: datetime) -> bool:
        """Say whether a transfer finds it, counting the tries that a sleeping one needs."""
        if not self.awake and self.quirks.wakes_on_transfer:
            self.wake_tries += 1
            if self.wake_tries >= self.quirks.wakes_on_transfer and self.wakes_at is None:
                self.wakes_at = now + timedelta(seconds=self.quirks.wakes_after)
                self.settle(now)
        return self.awake and not self.quirks.cast_404

    def answers_play(self) -> bool:
        """Say whether a play command finds it; a cold one with `first_play_404` misses the first."""
        if not self.awake or self.quirks.cast_404:
            return False
        missed = self.cold and self.quirks.first_play_404
        self.cold = False
        return not missed
