"""What playback remembers of rooms, speakers and content, in dicts."""

import threading

from spottypottysense.playback.model import Bookmark, ContentLength, KnownSpeaker
from spottypottysense.sensors.model import Speaker


class MemoryBookmarks:
    """A `Bookmarks` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bookmarks: dict[str, Bookmark] = {}

    def bookmark(self, room_id: str) -> Bookmark | None:
        """Return where the room's music stopped last."""
        with self._lock:
            return self._bookmarks.get(room_id)

    def keep(self, bookmark: Bookmark) -> None:
        """Write it in place of the room's last one."""
        with self._lock:
            self._bookmarks[bookmark.room_id] = bookmark


class MemoryKnownSpeakers:
    """A `KnownSpeakers` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, str], KnownSpeaker] = {}

    def known(self, account: str, speaker: Speaker) -> KnownSpeaker | None:
        """Return what is known of the speaker; without a type, the one of this name that was seen last."""
        named = [
            known
            for known in self.all_of(account)
            if known.name == speaker.name and speaker.type in ("", known.type)
        ]
        return max(named, key=lambda known: known.seen_at, default=None)

    def keep(self, known: KnownSpeaker) -> None:
        """Write it in place of what was known."""
        with self._lock:
            self._known[known.account, known.name, known.type] = known

    def all_of(self, account: str) -> tuple[KnownSpeaker, ...]:
        """Return all speakers of an account, by name."""
        with self._lock:
            of_account = [known for known in self._known.values() if known.account == account]
        return tuple(sorted(of_account, key=lambda known: (known.name, known.type)))


class MemoryContentLengths:
    """A `ContentLengths` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lengths: dict[str, ContentLength] = {}

    def length(self, content: str) -> ContentLength | None:
        """Return what Spotify told last, or None if it was never asked."""
        with self._lock:
            return self._lengths.get(content)

    def keep(self, length: ContentLength) -> None:
        """Write what Spotify told, in place of what it told before."""
        with self._lock:
            self._lengths[length.content] = length
