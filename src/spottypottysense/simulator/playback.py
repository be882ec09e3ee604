"""One account's playback: what plays where, and how it moves on with the clock."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from spottypottysense.simulator.catalogue import Track
from spottypottysense.simulator.speakers import Speaker

IDLE_AFTER = timedelta(minutes=2)
"""How long a silent session stays active; afterwards the player's state is empty (spotify/web-api#1373)."""


@dataclass(slots=True)
class Playback:
    """The one playback session that an account has, possibly silent and empty."""

    since: datetime
    """The moment at which `position_ms` was true."""
    speaker: Speaker | None = None
    context_uri: str | None = None
    tracks: tuple[Track, ...] = ()
    order: list[int] = field(default_factory=list)
    place: int = 0
    position_ms: int = 0
    playing: bool = False
    shuffle: bool = False
    repeat: str = "off"
    loudest: int = 0
    """The highest volume at which it was ever heard."""

    @property
    def item(self) -> Track | None:
        """What plays, or would on resuming."""
        return self.tracks[self.order[self.place]] if self.tracks else None

    def settle(self, now: datetime) -> None:
        """Bring position and track up to `now`."""
        if self.playing:
            self.position_ms += round((now - self.since) / timedelta(milliseconds=1))
            self.since = now
            self._pass_tracks()
        elif self.speaker is not None and (not self.speaker.awake or now - self.since > IDLE_AFTER):
            self.speaker = None

    def _pass_tracks(self) -> None:
        item = self.item
        if self.repeat == "context":
            self.position_ms %= sum(track.duration_ms for track in self.tracks)
        while item is not None and self.position_ms >= item.duration_ms:
            if self.repeat == "track":
                self.position_ms %= item.duration_ms
                return
            self.position_ms -= item.duration_ms
            self.step(1)
            if not self.playing:
                return
            item = self.item

    def step(self, by: int) -> None:
        """Go to the next or previous track; past the end a context starts over or falls silent."""
        self.place += by
        if not 0 <= self.place < len(self.order):
            self.place = 0
            if self.repeat != "context":
                self.position_ms = 0
                self.silence(self.since)

    def skip(self, by: int) -> None:
        """Go `by` tracks on, to the beginning of that track."""
        self.position_ms = 0
        self.step(by)

    def set_shuffle(self, on: bool) -> None:
        """Mix the tracks after the present one, or put them back in their own order."""
        if on != self.shuffle:
            self.shuffle = on
            if on:
                self.mix()
            else:
                self.unmix()

    def set_repeat(self, what: str) -> None:
        """Repeat `track`, `context` or nothing (`off`)."""
        self.repeat = what

    def load(self, context_uri: str | None, tracks: tuple[Track, ...], first: int, position_ms: int) -> None:
        """Take up new music at track number `first`; shuffle mixes what comes after it."""
        self.context_uri, self.tracks, self.position_ms = context_uri, tracks, position_ms
        self.order = list(range(len(tracks)))
        self.place = first
        if self.shuffle:
            self.mix()

    def mix(self) -> None:
        """Put the tracks after the present one in an order that depends on the context alone."""
        if not self.order:
            return
        present = self.order[self.place]
        rest = [index for index in range(len(self.tracks)) if index != present]
        random.Random(self.context_uri).shuffle(rest)  # noqa: S311  music, not secrets
        self.order, self.place = [present, *rest], 0

    def unmix(self) -> None:
        """Put the tracks back in their own order."""
        if self.order:
            self.place = self.order[self.place]
            self.order = list(range(len(self.tracks)))

    def sound(self, speaker: Speaker, account_id: str, now: datetime) -> None:
        """Start to be heard on `speaker`."""
        self.aim(speaker, now)
        self.playing = bool(self.tracks)
        speaker.player = account_id if self.playing else ""
        self.listen()

    def listen(self) -> None:
        """Note how loud it is."""
        if self.playing and self.speaker is not None:
            self.loudest = max(self.loudest, self.speaker.volume)

    def silence(self, now: datetime) -> None:
        """Fall silent, staying on the speaker."""
        self.playing = False
        self.since = now
        if self.speaker is not None:
            self.speaker.player = ""
            self.speaker.used_at = now

    def aim(self, speaker: Speaker, now: datetime) -> None:
        """Move to `speaker`, leaving another one silent; some come up at a volume of their own."""
        if self.speaker is not speaker:
            if self.speaker is not None:
                self.speaker.player = ""
                self.speaker.used_at = now
            if speaker.quirks.wake_volume is not None:
                speaker.volume = speaker.quirks.wake_volume
        self.speaker = speaker
        self.since = speaker.used_at = now
