"""The whole house on one page: ports in, `Core` out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from spottypottysense.accounts.ports import AccountStore
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import Clock
from spottypottysense.grants.model import ClientApp
from spottypottysense.grants.ports import GrantStore, TokenEndpoint, TokenFor
from spottypottysense.grants.use_cases import Grants
from spottypottysense.history.use_cases import History
from spottypottysense.notices.ports import Messenger, NoticeStore
from spottypottysense.notices.use_cases import Notices
from spottypottysense.playback.ports import Player, ReceiptStore
from spottypottysense.playback.use_cases import Playback
from spottypottysense.presence.ports import Feed, Journal, Lanes, SessionLog, SessionStore
from spottypottysense.presence.use_cases import Presence, RoomMusic
from spottypottysense.reasons import Reason
from spottypottysense.sensors.ports import Provisioner, RoomStore, SensorStore
from spottypottysense.sensors.use_cases import Sensors


@dataclass(frozen=True)
class Stores:
    """Where things are kept."""

    accounts: AccountStore
    rooms: RoomStore
    sensors: SensorStore
    grants: GrantStore
    notices: NoticeStore
    receipts: ReceiptStore
    sessions: SessionStore
    session_log: SessionLog
    journal: Journal


@dataclass(frozen=True)
class World:
    """Whom the house talks to, and by which clocks.

    `house_clock` rules presence, quiet hours and deadlines, and may be scaled; `clock` is real time.
    """

    token_endpoint: TokenEndpoint
    player: Callable[[TokenFor], Player]
    provisioner: Provisioner
    messenger: Messenger
    lanes: Lanes
    feed: Feed
    clock: Clock
    house_clock: Clock


@dataclass(frozen=True)
class Rules:
    """What holds in every household: the client app, and how old or long things may be."""

    app: ClientApp
    stale_after: timedelta = timedelta(seconds=60)
    stuck_after: timedelta = timedelta(hours=4)
    retention: timedelta = timedelta(days=30)
    refresh_period: timedelta = timedelta(minutes=1)


@dataclass(frozen=True)
class Core:
    """Everything that can be done, by subject."""

    accounts: Accounts
    sensors: Sensors
    grants: Grants
    notices: Notices
    playback: Playback
    presence: Presence
    history: History
    rules: Rules


class _DeadGrantNotice:
    """Grants know nothing of notices; this carries over to them that one died, or was replaced."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def grant_died(self, user_id: str, reason: Reason) -> None:
        self._notices.tell(user_id, reason)

    def grant_works(self, user_id: str) -> None:
        self._notices.settle(user_id, Reason.RECONNECT)


def assemble(stores: Stores, world: World, rules: Rules) -> Core:
    """Build the house, from the ground floor up."""
    accounts = Accounts(stores.accounts)
    sensors = Sensors(stores.rooms, stores.sensors, world.provisioner)
    notices = Notices(stores.notices, world.messenger, world.clock)
    grants = Grants(
        stores.grants,
        world.token_endpoint,
        rules.app,
        world.clock,
        _DeadGrantNotice(notices),
        rules.refresh_period,
    )
    player = world.player(grants.access_token_for)
    playback = Playback(player, player, stores.receipts, world.house_clock)
    music = RoomMusic(
        stores.sessions,
        stores.journal,
        playback,
        sensors,
        world.lanes,
        world.feed,
        world.house_clock,
        rules.stale_after,
    )
    presence = Presence(
        stores.sessions,
        stores.journal,
        stores.session_log,
        accounts,
        sensors,
        music,
        world.feed,
        world.house_clock,
        rules.stale_after,
        rules.stuck_after,
    )
    history = History(stores.session_log)
    return Core(accounts, sensors, grants, notices, playback, presence, history, rules)
