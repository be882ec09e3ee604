"""Decisions as the demo prints them, while they happen."""

from rich.console import Console

from spottypottysense.api.advice import with_advice
from spottypottysense.clock import Clock
from spottypottysense.core import Core
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason, sentence

_LOOKS = {
    Reason.STARTED: ("bold green", "♪"),
    Reason.RESUMED: ("bold green", "♪"),
    Reason.ALREADY_PLAYING: ("bold green", "♪"),
    Reason.HANDED_OVER: ("bold green", "♪"),
    Reason.SONG_FINISHES: ("bold blue", "♪"),
    Reason.WENT_ALONG: ("blue", "→"),
    Reason.PAUSED: ("bold blue", "■"),
}
_SILENT = ("yellow", "·")
_DULL = frozenset({Reason.STILL_THERE, Reason.LEFT_SENSOR})


class Teller:
    """Prints what is decided, as it happens, with what to do about it where anything is."""

    def __init__(self, core: Core, console: Console, clock: Clock) -> None:
        self._core = core
        self._console = console
        self._clock = clock

    def tell(self, entry: JournalEntry) -> None:
        """Print one decision, or what became of the music after it."""
        room = self._core.sensors.room(entry.room_id).name if entry.room_id else ""
        style, mark, text = words(entry, room)
        self._print(f"{room or entry.sensor_id:<12}  {entry.event:<15}  {mark} {text}", style)

    def say(self, text: str) -> None:
        """Print what somebody does whom no sensor sees."""
        self._print(text, "magenta")

    def _print(self, text: str, style: str) -> None:
        line = f"{self._clock.now().astimezone():%H:%M:%S}  {text}"
        self._console.print(line, style=style, soft_wrap=True, markup=False)


def words(entry: JournalEntry, room: str) -> tuple[str, str, str]:
    """Return style, mark and text of an entry; its outcome, once known, is the news."""
    if entry.reason in _DULL:
        return "dim", " ", sentence(entry.reason)
    if entry.outcome in _LOOKS:
        return (*_LOOKS[entry.outcome], sentence(entry.outcome))
    if entry.outcome is not None and entry.action is Action.END:
        return (*_SILENT, sentence(entry.outcome))
    if entry.outcome is not None:
        return (*_SILENT, f"Silent. {with_advice(entry.outcome, room, entry.sensor_id)}")
    if entry.reason in _LOOKS:
        return (*_LOOKS[entry.reason], sentence(entry.reason))
    if entry.action is Action.END:
        return "blue", "□", sentence(entry.reason)
    if entry.action is Action.START or entry.reason is Reason.TRY_AGAIN:
        return "green", "▶", sentence(entry.reason)
    return "dim", " ", with_advice(entry.reason, room, entry.sensor_id)
