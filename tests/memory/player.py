"""A player without Spotify: accounts, speakers that sleep, and people who play music of their own."""

# ruff: noqa: ARG002  a stand-in is handed what its port says, and needs less

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import NeedsPerson, NotFound
from spottypottysense.playback.model import PlayerState, SeenSpeaker, Start
from spottypottysense.reasons import Reason


@dataclass(frozen=True)
class Playing:
    """What an account's player does, and whether `we` (rather than a person) made it so.

    It is song number `place` of its content, and was at `position` when the player was `since` old; while
    `on` is false it stands still.
    """

    speaker_id: str
    content: str
    we: bool
    on: bool = True
    place: int = 0
    position: timedelta = timedelta(0)
    since: timedelta = timedelta(0)


class PretendPlayer:
    """A `Player`; one account plays in one place at a time.

    `calls` are the method names so far. `before` and `after` are called with the method's name around
    each command and may raise: what happens before has no effect, what happens after has.

    Speakers behave as people's do: those in `asleep` are not listed and cannot be addressed, those in `cold`
    are listed and find no music to play until they are made active (`transfers_to_wake` and `plays_to_warm`
    say how often), those in `mute` take commands and stay silent, and those in `loud` wake with a volume of
    their own. `lag` is how many reads a start takes to show. Songs last `song`; `lengths` counts the songs of
    a content. `refuses_offsets` lets a start at a song of our choice be refused; without `tells_songs` nobody
    learns which song plays.
    """

    def __init__(self, *speakers: SeenSpeaker, clock: Clock | None = None) -> None:
        self.boxes = {speaker.id or speaker.name: speaker for speaker in speakers}
        self.asleep: set[str] = set()
        self.cold: set[str] = set()
        self.mute: set[str] = set()
        self.loud: dict[str, int] = {}
        self.transfers_to_wake: dict[str, int] = {}
        self.plays_to_warm: dict[str, int] = {}
        self.lengths: dict[str, int] = {}
        self.song = timedelta(minutes=3)
        self.lag = 0
        self.refuses_offsets = False
        self.tells_songs = True
        self.shuffle: dict[str, bool] = {}
        self.active: dict[str, str] = {}
        self.playing: dict[str, Playing] = {}
        self.paused: list[Playing] = []
        self.starts: list[Start | None] = []
        self.skips = 0
        self.volumes: list[tuple[str, int]] = []
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self._clock = clock
        self._born = clock.now() if clock is not None else None
        self._shown: dict[str, tuple[int, PlayerState]] = {}

    def state(self, account: str) -> PlayerState:
        """Return what plays now, or what played before a start that takes its time to show."""
        self._note("state")
        self.after("state")
        reads, old = self._shown.pop(account, (0, PlayerState()))
        if reads:
            self._shown[account] = (reads - 1, old)
            return old
        return self._state(account)

    def speakers(self, account: str) -> tuple[SeenSpeaker, ...]:
        """Return the speakers that are awake."""
        self._note("speakers")
        self.after("speakers")
        active = self.active.get(account)
        awake = (box for key, box in self.boxes.items() if key not in self.asleep)
        return tuple(replace(box, is_active=box.id == active) for box in awake)

    def length(self, account: str, content: str) -> int | None:
        """Return how many songs there are, where it is known."""
        self._note("length")
        self.after("length")
        return self.lengths.get(content)

    def transfer(self, account: str, speaker_id: str, play: bool = False) -> None:
        """Make the speaker the active one; what plays comes along, and with `play` what was paused."""
        self._note("transfer")
        if speaker_id in self.asleep and speaker_id in self.transfers_to_wake:
            self.transfers_to_wake[speaker_id] -= 1
            if self.transfers_to_wake[speaker_id] <= 0:
                self.asleep.discard(speaker_id)
        self._must_be_there(speaker_id)
        if speaker_id not in self.plays_to_warm:
            self.cold.discard(speaker_id)
        now = self._now(account)
        if play:
            self._lags(account)
        comes_along = now is not None and (now.on or play)
        if now is not None and comes_along and speaker_id not in self.mute:
            self._becomes(account, replace(now, speaker_id=speaker_id, on=True))
        if not (comes_along and speaker_id in self.mute):
            self._wakes(account, speaker_id)
        self.after("transfer")

    def play(self, account: str, speaker_id: str, start: Start | None) -> None:
        """Start the content; a cold speaker is not found until it was made active."""
        self._command("play", speaker_id)
        self.starts.append(start)
        if speaker_id in self.cold:
            self._warms(speaker_id)
            raise NotFound("speaker", speaker_id)
        if self.refuses_offsets and start is not None and (start.place is not None or start.item is not None):
            raise NeedsPerson(Reason.COMMAND_REFUSED)
        if speaker_id not in self.mute:
            self._wakes(account, speaker_id)
            self._begin(account, speaker_id, start)
        self.after("play")

    def skip(self, account: str, speaker_id: str) -> None:
        """Go to the next song."""
        self._command("skip", speaker_id)
        now = self._now(account)
        self.skips += 1
        if now is not None:
            self._becomes(account, replace(now, place=now.place + 1, position=timedelta(0)))
        self.after("skip")

    def pause(self, account: str, speaker_id: str) -> None:
        """Pause what the account plays there; elsewhere it goes on."""
        self._command("pause", speaker_id)
        now = self._now(account)
        if now is not None and now.on and now.speaker_id == speaker_id:
            self.paused.append(now)
            self._becomes(account, replace(now, on=False))
        self.after("pause")

    def set_volume(self, account: str, speaker_id: str, percent: int) -> None:
        """Set the volume."""
        self._command("set_volume", speaker_id)
        self.volumes.append((speaker_id, percent))
        self._has_volume(speaker_id, percent)
        self.after("set_volume")

    def set_shuffle(self, account: str, speaker_id: str, on: bool) -> None:
        """Switch shuffle."""
        self._command("set_shuffle", speaker_id)
        self.shuffle[account] = on
        self.after("set_shuffle")

    def person_plays(self, account: str, speaker_id: str, content: str) -> None:
        """A person starts music by hand."""
        self.active[account] = speaker_id
        self._becomes(account, Playing(speaker_id, content, we=False))

    def person_pauses(self, account: str) -> None:
        """A person pauses whatever plays."""
        now = self._now(account)
        if now is not None:
            self._becomes(account, replace(now, on=False))

    def person_turns(self, speaker_id: str, volume: int) -> None:
        """A person sets the volume by hand."""
        self._has_volume(speaker_id, volume)

    def fall_asleep(self, speaker_id: str) -> None:
        """The speaker vanishes, and what it played with it."""
        self.asleep.add(speaker_id)
        self.active = {who: where for who, where in self.active.items() if where != speaker_id}
        self.playing = {who: now for who, now in self.playing.items() if now.speaker_id != speaker_id}

    def forget(self, account: str) -> None:
        """Time passes: Spotify forgets what was paused, and which speaker was active."""
        self.active.pop(account, None)
        self.playing.pop(account, None)

    def hears(self, account: str) -> str | None:
        """Return the content that sounds now, or None."""
        now = self.playing.get(account)
        return now.content if now is not None and now.on else None

    def _state(self, account: str) -> PlayerState:
        speaker_id, now = self.active.get(account), self._now(account)
        if speaker_id is None or speaker_id in self.asleep:
            return PlayerState()
        speaker = replace(self.boxes[speaker_id], is_active=True)
        shuffle = self.shuffle.get(account, False)
        if now is None:
            return PlayerState(speaker, shuffle=shuffle)
        if not self.tells_songs:
            return PlayerState(speaker, now.on, now.content, shuffle=shuffle)
        item = f"{now.content}#{now.place}"
        return PlayerState(speaker, now.on, now.content, item, now.position, self.song, shuffle)

    def _warms(self, speaker_id: str) -> None:
        """A speaker that takes so many play commands to warm up has had one more."""
        if speaker_id in self.plays_to_warm:
            self.plays_to_warm[speaker_id] -= 1
            if self.plays_to_warm[speaker_id] <= 0:
                self.cold.discard(speaker_id)

    def _begin(self, account: str, speaker_id: str, start: Start | None) -> None:
        held = self._now(account)
        if start is None:
            if held is not None:
                self._becomes(account, replace(held, speaker_id=speaker_id, on=True, we=True))
            return
        place = start.place or 0
        if start.item is not None:
            place = int(start.item.rpartition("#")[2])
        position = start.position or timedelta(0)
        self._lags(account)
        self._becomes(account, Playing(speaker_id, start.content, True, place=place, position=position))

    def _lags(self, account: str) -> None:
        if self.lag:
            self._shown[account] = (self.lag, self._state(account))

    def _now(self, account: str) -> Playing | None:
        """Return what plays, with as many songs gone by as time has passed."""
        now = self.playing.get(account)
        if now is None or not now.on:
            return now
        gone = now.position + self._time() - now.since
        songs = gone // self.song
        return replace(now, place=now.place + songs, position=gone - songs * self.song, since=self._time())

    def _becomes(self, account: str, now: Playing) -> None:
        """A speaker plays for one account: whoever starts there ends the music of another one."""
        if now.on:
            for other, theirs in list(self.playing.items()):
                if other != account and theirs.on and theirs.speaker_id == now.speaker_id:
                    self.playing.pop(other)
                    self.active.pop(other, None)
        self.playing[account] = replace(now, since=self._time())

    def _wakes(self, account: str, speaker_id: str) -> None:
        """A speaker that becomes active may do so with a volume of its own, once."""
        self.active[account] = speaker_id
        if speaker_id in self.loud:
            self._has_volume(speaker_id, self.loud.pop(speaker_id))

    def _has_volume(self, speaker_id: str, percent: int) -> None:
        self.boxes[speaker_id] = replace(self.boxes[speaker_id], volume=percent)

    def _time(self) -> timedelta:
        if self._clock is None or self._born is None:
            return timedelta(0)
        return self._clock.now() - self._born

    def _command(self, name: str, speaker_id: str) -> None:
        self._note(name)
        self._must_be_there(speaker_id)

    def _must_be_there(self, speaker_id: str) -> None:
        if speaker_id not in self.boxes or speaker_id in self.asleep:
            raise NotFound("speaker", speaker_id)

    def _note(self, name: str) -> None:
        self.calls.append(name)
        self.before(name)
