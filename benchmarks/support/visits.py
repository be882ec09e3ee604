"""Visits to rooms: our playback and player at a pretend Spotify, over HTTP and SQLite, in turned time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from spottypottysense.grants.model import Secret
from spottypottysense.playback.model import Outcome, Stay, Visit, Wishes
from spottypottysense.playback.use_cases import Memory, Playback
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.playback import (
    SqliteBookmarks,
    SqliteContentLengths,
    SqliteKnownSpeakers,
)
from spottypottysense.runtimes.appliance.sqlite.receipts import SqliteReceipts
from spottypottysense.sensors.model import Speaker
from spottypottysense.simulator.demo_world import CLIENT_ID, OWNER, playlist_uri
from spottypottysense.simulator.remote import SCOPES, Remote
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.player import Player

MORNING = playlist_uri("morning")
BATH = Wishes(Speaker("Bathroom speaker", "Speaker"), MORNING, volume=30)
SLOWEST = timedelta(seconds=3)
"""How long a command may take to have its effect."""
KITCHEN = Speaker("Kitchen speaker", "Speaker")
_COMMANDS = {"": "transfer", "next": "skip"}


@dataclass(frozen=True)
class Heard:
    """What an account's music does: on which speaker (its key) it is heard, how loud, and what it is.

    `loudest` is the highest volume at which it was ever heard.
    """

    speaker: str | None
    volume: int | None
    content: str | None
    item: str | None
    shuffle: bool
    loudest: int


@dataclass(frozen=True)
class Visited:
    """What became of one visit: the calls to Spotify on the way in and out, and how long the way in took."""

    arrival: Outcome
    heard: Heard
    departure: Outcome
    left: Heard
    calls: tuple[str, ...]
    calls_out: tuple[str, ...]
    took: timedelta

    @property
    def all_calls(self) -> int:
        """How often Spotify was asked, on the way in and out."""
        return len(self.calls) + len(self.calls_out)


class TurnedClock:
    """Real time, and what was let pass besides."""

    def __init__(self) -> None:
        self.skew = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC) + self.skew


@dataclass
class Visitors:
    """A house with the demo's speakers, whose people come and go; nothing waits in real time."""

    spotify: Remote
    directory: Path
    wishes: Wishes = BATH
    scope: str = SCOPES
    others: tuple[str, ...] = ()
    elsewhere: tuple[Stay, ...] = ()
    clock: TurnedClock = field(default_factory=TurnedClock)

    def __post_init__(self) -> None:
        self.spotify.post("reset")
        self._tokens: dict[str, tuple[Secret, datetime]] = {}
        self._database = Database(self.directory / "spotty.db")
        self.receipts = SqliteReceipts(self._database)
        url = self.spotify.base_url
        client = Client(
            url,
            url,
            sleep=lambda seconds: self.let_pass(timedelta(seconds=seconds)),
            monotonic=lambda: self.clock.now().timestamp(),
        )
        player = Player(client, lambda _account: CLIENT_ID, self._token)
        memory = Memory(
            SqliteBookmarks(self._database),
            SqliteKnownSpeakers(self._database),
            SqliteContentLengths(self._database),
        )
        self.playback = Playback(
            player, player, self.receipts, memory, self.clock, dice=lambda: 0.5, pause=self.let_pass
        )
        self._since = 0
        self.visits: list[Visit] = []
        self.first_item: str | None = None

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def let_pass(self, span: timedelta) -> None:
        """Turn both clocks, the house's and Spotify's."""
        self.clock.skew += span
        self.spotify.post("clock", advance=span.total_seconds())

    def has_habits(self, speaker: str, **quirks: object) -> None:
        """Give a speaker bad habits."""
        self.spotify.post(f"speakers/{speaker}", do="quirks", quirks=quirks)

    def happens_to(self, speaker: str, what: str, **fields: object) -> None:
        """Let something happen to a speaker: `sleep`, `open`, `reboot`, `rename`."""
        self.spotify.post(f"speakers/{speaker}", do=what, **fields)

    def somebody(self, does: str, account: str = OWNER, **fields: object) -> None:
        """Let a person do something in Spotify's app."""
        self.spotify.post(f"accounts/{account}/act", do=does, **fields)

    def goes_wrong(self, name: str, **settings: object) -> None:
        """Switch a fault on."""
        self.spotify.post("faults", name=name, **settings)

    def visit(self, room: str = "bathroom", wishes: Wishes | None = None, **more: Any) -> Visit:
        """Return a visit that begins now, of a new session."""
        now = self.clock.now()
        stay = Stay(f"session-{len(self.visits)}", room, since=now, seen_at=now)
        people = {"others": self.others, "elsewhere": self.elsewhere, **more}
        self.visits.append(Visit(stay, OWNER, wishes or self.wishes, **people))
        return self.visits[-1]

    def comes_and_goes(self, between: Callable[["Visitors"], None] = lambda _: None) -> Visited:
        """Live through one visit of five minutes; `between` is what people do meanwhile."""
        self.forget_calls()
        visit = self.visit(latest_wins=True)
        begun = self.clock.skew
        arrival = self.playback.arrive(visit)
        took = self.clock.skew - begun
        self.let_pass(SLOWEST)
        calls, heard = self.calls(), self.heard()
        self.first_item = heard.item
        self.let_pass(timedelta(minutes=4) - SLOWEST)
        between(self)
        self.let_pass(timedelta(minutes=1))
        self.forget_calls()
        departure = self.playback.depart(OWNER, visit.session_id)
        calls_out = self.calls()
        self.let_pass(SLOWEST)
        return Visited(arrival, heard, departure, self.heard(), calls, calls_out, took)

    def plays_in_the_kitchen(self) -> Visit:
        """Let our music play in the kitchen, where somebody still is."""
        wishes = replace(self.wishes, speaker=KITCHEN)
        kitchen = self.visit("kitchen", wishes)
        self.playback.arrive(kitchen)
        self.elsewhere = (kitchen.stay,)
        return kitchen

    def volume_of(self, speaker: str) -> int:
        """Return how loud a speaker is, or would be."""
        shown = self.spotify.get("state")["speakers"]
        return int(next(each["volume"] for each in shown if each["key"] == speaker))

    def lived_in(self) -> None:
        """Let somebody have been here before, too long ago for the next visit to be a coming back."""
        self.comes_and_goes()
        self.let_pass(timedelta(minutes=15))

    def was_here(self, ago: timedelta) -> str:
        """Let somebody have left a while ago, and return the song that was interrupted."""
        self.comes_and_goes()
        item = self.heard().item
        assert item is not None
        self.let_pass(ago)
        return item

    def forget_calls(self) -> None:
        """Count calls from here on."""
        self._since = self.spotify.get("state")["requests"]

    def calls(self) -> tuple[str, ...]:
        """Return what was asked of Spotify since, as words; refused calls with their status."""
        return tuple(_word(each) for each in self.spotify.requests(self._since) if "/v1/" in each["path"])

    def heard(self, account: str = OWNER) -> Heard:
        """Return what sounds now."""
        state = self.spotify.get("state")
        shown = next(each for each in state["accounts"] if each["id"] == account)
        volumes = {each["key"]: each["volume"] for each in state["speakers"]}
        speaker = shown["speaker"] if shown["playing"] else None
        return Heard(
            speaker,
            volumes.get(speaker),
            shown["context_uri"],
            (shown["item"] or {}).get("uri"),
            shown["shuffle"],
            shown["loudest"],
        )

    def wants(self, **wishes: Any) -> None:
        """Change what is wished for in the bathroom."""
        self.wishes = replace(self.wishes, **wishes)

    def _token(self, user_id: str, refused: Secret | None = None) -> Secret:
        """Return a token that is fresh, as the refresher sees to in a house."""
        token, fresh_until = self._tokens.get(user_id, (None, self.clock.now()))
        if token is None or refused is not None or self.clock.now() >= fresh_until:
            fields = {"client_id": CLIENT_ID, "accounts": [user_id], "scope": self.scope}
            (grant,) = self.spotify.post("grants", **fields)["grants"]
            token = Secret(grant["access_token"])
            self._tokens[user_id] = (token, self.clock.now() + timedelta(minutes=50))
        return token


@contextmanager
def visitors(spotify: Remote, directory: Path) -> Iterator[Visitors]:
    """A house at a pretend Spotify that begins anew."""
    made = Visitors(spotify, directory)
    try:
        yield made
    finally:
        made.close()


def _word(request: dict[str, Any]) -> str:
    """Return a call in one word, such as `state` or `play(404)`."""
    path = request["path"].removeprefix("/v1/")
    last = path.removeprefix("me/player").removeprefix("/")
    if not path.startswith("me/player"):
        word = "length"
    elif request["method"] == "GET":
        word = {"": "state", "devices": "speakers"}[last]
    else:
        word = _COMMANDS.get(last, last)
    return word if 200 <= request["status"] < 300 else f"{word}({request['status']})"
