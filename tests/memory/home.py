"""A whole house in memory: stores, a clock to turn, lanes that wait or do not, and a pretend player."""

# ruff: noqa: ARG002  a stand-in is handed what its port says, and needs less

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from memory.access import PretendHasher
from memory.player import PretendPlayer
from memory.stores import memory_stores
from spottypottysense.accounts.model import Household, User
from spottypottysense.clock import ManualClock
from spottypottysense.core import Core, Rules, World, assemble
from spottypottysense.errors import NotFound
from spottypottysense.grants.model import ClientApp, PendingConsent, Secret, TokenReply
from spottypottysense.grants.ports import Item
from spottypottysense.notices.model import Notice
from spottypottysense.playback.model import SeenSpeaker
from spottypottysense.presence.model import JournalEntry, Motion, MotionEvent
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Speaker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BATH_MIX = "spotty:bath"
KITCHEN_MIX = "spotty:kitchen"
HALL_MIX = "spotty:hall"
BATH_BOX = SeenSpeaker("box-1", "Bath", "Speaker", volume=50)
KITCHEN_BOX = SeenSpeaker("box-2", "Kitchen", "Speaker", volume=50)
HALL_BOX = SeenSpeaker("box-3", "Hall", "Speaker", volume=50)


class Lanes:
    """Runs work at once, or keeps it until `run` if it is `held`."""

    def __init__(self) -> None:
        self.held = False
        self.waiting: deque[Callable[[], None]] = deque()

    def submit(self, lane: str, work: Callable[[], None]) -> None:
        """Take on a piece of work."""
        if self.held:
            self.waiting.append(work)
        else:
            work()

    def run(self) -> None:
        """Do what waits, in order."""
        while self.waiting:
            self.waiting.popleft()()


@dataclass
class Listener:
    """A feed and a messenger that remember what they were told."""

    entries: list[JournalEntry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def tell(self, entry: JournalEntry) -> None:
        """Take note of an entry."""
        self.entries.append(entry)

    def deliver(self, notice: Notice) -> bool:
        """Take note of a notice."""
        self.notices.append(notice)
        return True


class Hands:
    """A crew of one, who works through everything in order."""

    def each(self, items: Iterable[Item], work: Callable[[Item], bool]) -> None:
        """Call `work` once for each item."""
        for item in items:
            work(item)


class PretendTokens:
    """A token endpoint: numbered access tokens for an hour; `before` may raise.

    A code is `code of USER`, and its refresh token tells whose it is; `asked` keeps codes and users.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.scope = frozenset({"user-read-playback-state", "user-modify-playback-state"})
        self.gives_refresh_token = True
        self.expires_in = timedelta(hours=1)
        self.account = "account of"

    def exchange(self, app: ClientApp, code: str, redirect_uri: str, verifier: str | None) -> TokenReply:
        """Trade a code."""
        self.asked.append(code)
        self.before(code)
        user_id = code.removeprefix("code of ")
        return self._reply(user_id, Secret(f"refresh of {user_id}") if self.gives_refresh_token else None)

    def refresh(self, app: ClientApp, refresh_token: Secret) -> TokenReply:
        """Give a fresh access token."""
        user_id = refresh_token.reveal().removeprefix("refresh of ")
        self.asked.append(user_id)
        self.before(user_id)
        return self._reply(user_id, None)

    def account_of(self, app: ClientApp, access_token: Secret) -> str:
        """Name the account after the user."""
        return f"{self.account} {access_token.reveal().split(' ')[0]}"

    def consent_url(self, app: ClientApp, pending: PendingConsent, *, choose_account: bool) -> str:
        """Return an address that tells what it was made of."""
        return f"https://pretend/{app.client_id}?state={pending.state}&choose={choose_account}"

    def _reply(self, user_id: str, refresh_token: Secret | None) -> TokenReply:
        number = len(self.asked)
        return TokenReply(Secret(f"{user_id} {number}"), refresh_token, self.expires_in, self.scope)


class PretendProvisioner:
    """Hands out certificates by counting."""

    def __init__(self) -> None:
        self.admitted: list[str] = []
        self.revoked: list[str] = []

    def admit(self, sensor_id: str) -> str:
        """Return the next certificate id."""
        self.admitted.append(sensor_id)
        return f"certificate-{len(self.admitted)}"

    def revoke(self, certificate_id: str) -> None:
        """Note it; raises `NotFound` the second time."""
        if certificate_id in self.revoked:
            raise NotFound("certificate", certificate_id)
        self.revoked.append(certificate_id)


class PretendHome:
    """One household of Anna, Ben and Carl, whose rooms are all Anna's.

    The bath has the sensors `pir` (pulse) and `radar` (level) and a switch, `button`; the kitchen `door`
    (pulse) and `eye` (level); the hall `beam` (pulse). `restart` builds the core anew over the same stores;
    what waited in the lanes is lost.
    """

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.player = PretendPlayer(BATH_BOX, KITCHEN_BOX, HALL_BOX)
        self.tokens = PretendTokens()
        self.provisioner = PretendProvisioner()
        self.listener = Listener()
        self.hasher = PretendHasher()
        self.stores = memory_stores(self.clock, ClientApp("client"))
        self.sessions, self.journal = self.stores.sessions, self.stores.journal
        self._furnish()
        self.restart()

    def restart(self) -> Core:
        """Start anew over what is stored."""
        self.lanes = Lanes()
        world = World(
            token_endpoint=self.tokens,
            player=lambda _: self.player,
            crew=Hands(),
            hasher=self.hasher,
            provisioner=self.provisioner,
            messenger=self.listener,
            lanes=self.lanes,
            feed=self.listener,
            clock=self.clock,
            house_clock=self.clock,
            pause=self._pause,
        )
        self.core = assemble(self.stores, world, Rules())
        return self.core

    def connect(self, user_id: str = "anna") -> None:
        """Let a user connect Spotify."""
        pending = self.core.connections.begin(user_id, "http://127.0.0.1/back")
        self.core.connections.finish(user_id, pending.state, f"code of {user_id}")

    def motion(
        self,
        sensor_id: str = "pir",
        event: MotionEvent = MotionEvent.DETECTED,
        ago: timedelta = timedelta(0),
        key: str = "",
    ) -> Motion:
        """Return a motion that happened `ago` before now and is received now."""
        now = self.clock.now()
        return Motion(sensor_id, event, now - ago, now, key or f"{sensor_id}/{event}/{now - ago}")

    def _pause(self, wait: timedelta) -> None:
        self.clock.advance(wait)

    def _furnish(self) -> None:
        stores = self.stores
        stores.accounts.save_household(Household("home", "Home"))
        for name in ("anna", "ben", "carl"):
            stores.accounts.save_user(User(name, "home", f"{name}@home.example"))
        stores.rooms.save_room(Room("bath", "home", "Bath", "anna", Speaker("Bath"), BATH_MIX, 30))
        stores.rooms.save_room(Room("kitchen", "home", "Kitchen", "anna", Speaker("Kitchen"), KITCHEN_MIX))
        stores.rooms.save_room(Room("hall", "home", "Hall", "anna", Speaker("Hall"), HALL_MIX))
        for sensor_id, room, kind in (
            ("pir", "bath", SensorKind.PULSE),
            ("radar", "bath", SensorKind.LEVEL),
            ("eye", "kitchen", SensorKind.LEVEL),
            ("door", "kitchen", SensorKind.PULSE),
            ("beam", "hall", SensorKind.PULSE),
            ("button", "bath", SensorKind.SWITCH),
        ):
            stores.sensors.save_sensor(Sensor(sensor_id, "home", room, kind))
