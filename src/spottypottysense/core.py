"""The whole house on one page: ports in, `Core` out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import random

from spottypottysense import ids
from spottypottysense.access.ports import AccessStores, Hasher
from spottypottysense.access.use_cases import Access
from spottypottysense.accounts.ports import AccountStore
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import Clock
from spottypottysense.grants.model import Schedule
from spottypottysense.grants.ports import (
    Apps,
    Crew,
    GrantCensus,
    GrantStore,
    GrantWatch,
    PendingConsents,
    TokenEndpoint,
)
from spottypottysense.grants.use_cases import Connections, Grants
from spottypottysense.history.ports import Past
from spottypottysense.history.use_cases import History
from spottypottysense.notices.ports import Messenger, NoticeStore
from spottypottysense.notices.use_cases import Notices
from spottypottysense.playback.ports import Bookmarks, ContentLengths, KnownSpeakers, Player, ReceiptStore
from spottypottysense.playback.use_cases import Memory, Playback
from spottypottysense.presence.ports import Feed, Journal, Lanes, SessionLog, SessionStore
from spottypottysense.presence.use_cases import (
    ByHand,
    LaneWork,
    Notes,
    Presence,
    Records,
    RoomMusic,
    Rulebook,
    Upkeep,
)
from spottypottysense.reasons import Reason
from spottypottysense.sensors.ports import Provisioner, RoomStore, SensorStore
from spottypottysense.sensors.use_cases import Sensors


@dataclass(frozen=True)
class Stores:
    """Where things are kept."""

    accounts: AccountStore
    access: AccessStores
    rooms: RoomStore
    sensors: SensorStore
    grants: GrantStore
    census: GrantCensus
    pending: PendingConsents
    apps: Apps
    notices: NoticeStore
    receipts: ReceiptStore
    bookmarks: Bookmarks
    speakers: KnownSpeakers
    lengths: ContentLengths
    sessions: SessionStore
    session_log: SessionLog
    journal: Journal
    past: Past


@dataclass(frozen=True)
class World:
    """Whom the house talks to, and by which clocks.

    `house_clock` rules presence, quiet hours and deadlines, and may be scaled; `clock` is real time.
    """

    token_endpoint: TokenEndpoint
    player: Callable[[Grants], Player]
    crew: Crew
    hasher: Hasher
    provisioner: Provisioner
    messenger: Messenger
    lanes: Lanes
    feed: Feed
    clock: Clock
    house_clock: Clock
    pause: Callable[[timedelta], None]


@dataclass(frozen=True)
class Rules:
    """What holds in every household: how old or long things may be, and how many users an app may have."""

    stale_after: timedelta = timedelta(seconds=60)
    stuck_after: timedelta = timedelta(hours=4)
    retention: timedelta = timedelta(days=30)
    schedule: Schedule = field(default_factory=Schedule)
    seats: int = 5


@dataclass(frozen=True)
class Core:
    """Everything that can be done, by subject."""

    accounts: Accounts
    access: Access
    sensors: Sensors
    grants: Grants
    connections: Connections
    notices: Notices
    playback: Playback
    presence: Presence
    by_hand: ByHand
    history: History
    rules: Rules


_REMINDERS = (
    Reason.CONSENT_ENDS_THIS_MONTH,
    Reason.CONSENT_ENDS_THIS_WEEK,
    Reason.CONSENT_ENDS_TOMORROW,
)
_SETTLED_BY_CONNECTING = (
    Reason.RECONNECT,
    Reason.CONSENT_ENDED,
    Reason.LOST_IN_CRASH,
    Reason.SCOPE_MISSING,
    *_REMINDERS,
)


class _GrantNotices:
    """Grants know nothing of notices; this carries over to them what a person should know."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def grant_died(self, user_id: str, reason: Reason) -> None:
        self._notices.tell(user_id, reason)

    def grant_works(self, user_id: str) -> None:
        for reason in _SETTLED_BY_CONNECTING:
            self._notices.settle(user_id, reason)

    def consent_ends(self, user_id: str, reason: Reason) -> None:
        """The nearer the end, the more urgent the words; the milder ones are taken back."""
        for earlier in _REMINDERS:
            if earlier is not reason:
                self._notices.settle(user_id, earlier)
        self._notices.tell(user_id, reason)

    def app_fails(self, client_id: str, reason: Reason) -> None:
        self._notices.tell(client_id, reason)

    def app_works(self, client_id: str) -> None:
        for reason in (Reason.APP_MISCONFIGURED, Reason.MASS_REFUSALS):
            self._notices.settle(client_id, reason)


def assemble(stores: Stores, world: World, rules: Rules) -> Core:
    """Build the house, from the ground floor up."""
    accounts = Accounts(stores.accounts, world.clock)
    access = Access.over(stores.access, accounts, world.hasher, world.clock)
    sensors = Sensors(stores.rooms, stores.sensors, accounts, world.provisioner, world.clock)
    notices = Notices(stores.notices, world.messenger, world.clock)
    grants, connections = _grants(stores, world, rules, _GrantNotices(notices))
    player = world.player(grants)
    playback = Playback(
        player,
        player,
        stores.receipts,
        Memory(stores.bookmarks, stores.speakers, stores.lengths),
        world.house_clock,
        dice=random,
        pause=world.pause,
    )
    presence, by_hand = _presence(stores, world, rules, accounts, sensors, playback)
    history = History(stores.session_log, stores.past)
    return Core(
        accounts, access, sensors, grants, connections, notices, playback, presence, by_hand, history, rules
    )


def _presence(
    stores: Stores, world: World, rules: Rules, accounts: Accounts, sensors: Sensors, playback: Playback
) -> tuple[Presence, ByHand]:
    store, clock = stores.sessions, world.house_clock
    rulebook = Rulebook(accounts, sensors, rules.stale_after, rules.stuck_after)
    records = Records(store, stores.journal, sensors, world.feed, clock)
    notes = Notes(store, records, clock)
    work = LaneWork(world.lanes)
    music = RoomMusic(store, playback, rulebook, work, records, notes, clock)
    upkeep = Upkeep(store, playback, rulebook, work, music, notes, clock)
    presence = Presence(
        store, stores.journal, stores.session_log, sensors, rulebook, records, music, upkeep, clock
    )
    return presence, ByHand(store, accounts, sensors, rulebook, records, music, clock)


def _grants(stores: Stores, world: World, rules: Rules, watch: GrantWatch) -> tuple[Grants, Connections]:
    grants = Grants(
        stores.grants,
        world.token_endpoint,
        stores.apps,
        world.crew,
        watch,
        world.clock,
        rules.schedule,
        owner=ids.new_id("process"),
        dice=random,
        pause=world.pause,
    )
    connections = Connections(
        stores.grants,
        stores.census,
        stores.pending,
        stores.apps,
        world.token_endpoint,
        watch,
        world.clock,
        rules.schedule,
        rules.seats,
        dice=random,
    )
    return grants, connections
