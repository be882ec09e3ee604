"""The music that the pretend Spotify has: made from ids, the same on every run."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CONTEXT = re.compile(r"spotify:(album|artist|playlist):[0-9A-Za-z]{22}\Z")
_ITEM = re.compile(r"spotify:(track|episode):[0-9A-Za-z]{22}\Z")
_FIRST = ("Slow", "Golden", "Paper", "Northern", "Quiet", "Electric", "Velvet", "Distant", "Open", "Silver")
_SECOND = (
    "Morning",
    "Harbour",
    "Letters",
    "Rain",
    "Windows",
    "Radio",
    "Garden",
    "Streets",
    "Orchard",
    "Tide",
)
_ARTISTS = ("The Late Trains", "Mira Holm", "Copper Lake", "Ana & the Tides", "Otto Field", "Lumen Choir")


@dataclass(frozen=True, slots=True)
class Track:
    """One song; `duration_ms` lies between two and a half and three and a half minutes."""

    uri: str
    title: str
    artist: str
    album: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist that the catalogue can tell the name of; `owner` is an account's id."""

    id: str
    name: str
    owner: str

    @property
    def uri(self) -> str:
        """What is played."""
        return f"spotify:playlist:{self.id}"


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")


def spotify_id(seed: str) -> str:
    """Return the 22 base-62 digits that belong to `seed`."""
    number = _number(seed)
    letters = []
    for _ in range(22):
        number, digit = divmod(number, 62)
        letters.append(_DIGITS[digit])
    return "".join(letters)


def is_context(uri: str) -> bool:
    """Say whether `uri` can be played as a context: album, artist or playlist, nothing after the id."""
    return _CONTEXT.match(uri) is not None


def is_item(uri: str) -> bool:
    """Say whether `uri` is that of a track or an episode, nothing after the id."""
    return _ITEM.match(uri) is not None


@lru_cache(maxsize=4096)
def track(uri: str) -> Track:
    """Return the one track that belongs to `uri`."""
    number = _number(uri)
    title = f"{_FIRST[number % 10]} {_SECOND[number // 10 % 10]}"
    artist = _ARTISTS[number // 100 % len(_ARTISTS)]
    album = f"{_FIRST[number // 1000 % 10]} {_SECOND[number // 10_000 % 10]}"
    return Track(uri, title, artist, album, 150_000 + number // 100_000 % 60_000)


@lru_cache(maxsize=512)
def tracks_of(context_uri: str) -> tuple[Track, ...]:
    """Return the 20 to 49 tracks of a context; any well-formed context has some."""
    count = 20 + _number(context_uri) % 30
    return tuple(track(f"spotify:track:{spotify_id(f'{context_uri}#{place}')}") for place in range(count))
