"""A player without Spotify: accounts, speakers that sleep, and people who play music of their own."""

# ruff: noqa: ARG002  a stand-in is handed what its port says, and needs less

from collections.abc import Callable
from dataclasses import dataclass, replace

from spottypottysense.errors import NotFound
from spottypottysense.playback.model import PlayerState, SeenSpeaker


@dataclass(frozen=True)
class Playing:
    """What an account's player does, and whether `we` (rather than a person) made it so."""

    speaker_id: str
    content: str
    we: bool
    on: bool = True


class PretendPlayer:
    """A `Player`; one account plays in one place at a time.

    `calls` are the method names so far. `before` and `after` are called with the method's name around
    each command and may raise: what happens before has no effect, what happens after has.
    """

    def __init__(self, *speakers: SeenSpeaker) -> None:
        self.boxes = {speaker.id or speaker.name: speaker for speaker in speakers}
        self.asleep: set[str] = set()
        self.cold: set[str] = set()
        self.mute: set[str] = set()
        self.playing: dict[str, Playing] = {}
        self.paused: list[Playing] = []
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def state(self, account: str) -> PlayerState:
        """Return what plays now."""
        self._note("state")
        self.after("state")
        now = self.playing.get(account)
        if now is None or now.speaker_id in self.asleep:
            return PlayerState()
        return PlayerState(replace(self.boxes[now.speaker_id], is_active=True), now.on, now.content)

    def speakers(self, account: str) -> tuple[SeenSpeaker, ...]:
        """Return the speakers that are awake."""
        self._note("speakers")
        self.after("speakers")
        now = self.playing.get(account)
        active = now.speaker_id if now else None
        awake = (box for key, box in self.boxes.items() if key not in self.asleep)
        return tuple(replace(box, is_active=box.id == active) for box in awake)

    def transfer(self, account: str, speaker_id: str) -> None:
        """Make the speaker the active one."""
        self._command("transfer", speaker_id)
        self.cold.discard(speaker_id)
        self.after("transfer")

    def play(self, account: str, speaker_id: str, content: str | None) -> None:
        """Start the content; a cold speaker is not found until it was made active."""
        self._command("play", speaker_id)
        if speaker_id in self.cold:
            raise NotFound("speaker", speaker_id)
        if speaker_id not in self.mute:
            self.playing[account] = Playing(speaker_id, content or "", we=True)
        self.after("play")

    def pause(self, account: str, speaker_id: str) -> None:
        """Pause whatever the account plays."""
        self._command("pause", speaker_id)
        now = self.playing.get(account)
        if now is not None and now.on:
            self.paused.append(now)
            self.playing[account] = replace(now, on=False)
        self.after("pause")

    def set_volume(self, account: str, speaker_id: str, percent: int) -> None:
        """Set the volume."""
        self._command("set_volume", speaker_id)
        self.boxes[speaker_id] = replace(self.boxes[speaker_id], volume=percent)
        self.after("set_volume")

    def set_shuffle(self, account: str, speaker_id: str, on: bool) -> None:
        """Switch shuffle."""
        self._command("set_shuffle", speaker_id)
        self.after("set_shuffle")

    def person_plays(self, account: str, speaker_id: str, content: str) -> None:
        """A person starts music by hand."""
        self.playing[account] = Playing(speaker_id, content, we=False)

    def person_pauses(self, account: str) -> None:
        """A person pauses whatever plays."""
        if account in self.playing:
            self.playing[account] = replace(self.playing[account], on=False)

    def fall_asleep(self, speaker_id: str) -> None:
        """The speaker vanishes, and what it played with it."""
        self.asleep.add(speaker_id)
        self.playing = {who: now for who, now in self.playing.items() if now.speaker_id != speaker_id}

    def hears(self, account: str) -> str | None:
        """Return the content that sounds now, or None."""
        now = self.playing.get(account)
        return now.content if now is not None and now.on else None

    def _command(self, name: str, speaker_id: str) -> None:
        self._note(name)
        if speaker_id not in self.boxes or speaker_id in self.asleep:
            raise NotFound("speaker", speaker_id)

    def _note(self, name: str) -> None:
        self.calls.append(name)
        self.before(name)
