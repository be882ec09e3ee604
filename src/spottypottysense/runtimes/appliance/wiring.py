"""What the appliance is made of, joined in one place."""

import logging
from dataclasses import dataclass

from spottypottysense import __version__
from spottypottysense.clock import Clock, SystemClock
from spottypottysense.core import Core, Rules, Stores, World, assemble
from spottypottysense.errors import Invalid
from spottypottysense.grants.model import ClientApp
from spottypottysense.grants.ports import TokenFor
from spottypottysense.notices.model import Notice
from spottypottysense.playback.ports import Player
from spottypottysense.reasons import sentence
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.feed import LiveFeed
from spottypottysense.runtimes.appliance.lanes import ThreadLanes
from spottypottysense.runtimes.appliance.metrics import Metrics
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal
from spottypottysense.runtimes.appliance.sqlite.notices import SqliteNotices
from spottypottysense.runtimes.appliance.sqlite.receipts import SqliteReceipts
from spottypottysense.runtimes.appliance.sqlite.rooms import SqliteRooms
from spottypottysense.runtimes.appliance.sqlite.sensors import SqliteSensors
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.spotify.accounts import Accounts as SpotifyAccounts
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.player import Player as SpotifyPlayer

_log = logging.getLogger("spotty.appliance")

NO_APP = "not-configured"
"""Client id while none is set: nobody can connect, and `spotty doctor` says so."""


@dataclass(frozen=True)
class House:
    """The core and what it stands on; `broker` is None where an external one is joined."""

    settings: Settings
    core: Core
    database: Database
    broker: Broker | None
    lanes: ThreadLanes
    feed: LiveFeed
    metrics: Metrics
    clock: Clock
    house_clock: Clock

    def close(self) -> None:
        """Let go of threads and files."""
        self.lanes.close()
        self.database.close()


class LoggedNotices:
    """Carries notices to the log, where there is no other way to a person yet."""

    def deliver(self, notice: Notice) -> None:
        """Write one line."""
        _log.warning(
            "notice",
            extra={"subject": notice.subject, "reason": notice.reason, "detail": sentence(notice.reason)},
        )


class ForeignBroker:
    """An external broker admits sensors by its own rules; it gets no certificates from us."""

    def admit(self, sensor_id: str) -> str | None:  # noqa: ARG002
        """Return None: there is no certificate of ours."""
        return None


def build(settings: Settings) -> House:
    """Join everything for one data directory; nothing runs yet. Raises `Invalid` or `Unavailable`."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{settings.data} cannot be used ({error.strerror}): choose another directory with --data."
        raise Invalid(message, field="SPOTTY_DATA") from None
    database = Database(settings.data / "spotty.db")
    clock = SystemClock()
    house_clock = settings.house_clock or clock
    lanes, feed, metrics = ThreadLanes(), LiveFeed(), Metrics(__version__)
    broker = _broker(settings, metrics)
    app = ClientApp(settings.spotify_client_id or NO_APP, settings.spotify_client_secret)
    client = Client(
        settings.spotify_accounts_url,
        settings.spotify_api_url,
        read=settings.spotify_timeout,
        observe=metrics.spotify_seconds.observe,
    )

    def player(token_for: TokenFor) -> Player:
        return SpotifyPlayer(client, app.client_id, token_for)

    world = World(
        token_endpoint=SpotifyAccounts(client),
        player=player,
        provisioner=broker or ForeignBroker(),
        messenger=LoggedNotices(),
        lanes=lanes,
        feed=feed,
        clock=clock,
        house_clock=house_clock,
    )
    rules = Rules(app, settings.stale_after, settings.stuck_after, settings.retention)
    core = assemble(_stores(database, settings), world, rules)
    return House(settings, core, database, broker, lanes, feed, metrics, clock, house_clock)


def _stores(database: Database, settings: Settings) -> Stores:
    return Stores(
        accounts=SqliteAccounts(database),
        rooms=SqliteRooms(database),
        sensors=SqliteSensors(database),
        grants=SqliteGrants(database, Vault(settings.key_file)),
        notices=SqliteNotices(database),
        receipts=SqliteReceipts(database),
        sessions=SqliteSessions(database),
        session_log=SqliteSessions(database),
        journal=SqliteJournal(database),
    )


def _broker(settings: Settings, metrics: Metrics) -> Broker | None:
    if settings.mqtt_url is not None:
        return None
    return Broker(
        settings.data,
        settings.mqtt_host,
        settings.mqtt_port,
        settings.mqtt_names,
        on_restart=metrics.broker_restarts.inc,
    )
