"""What the appliance is made of, joined in one place."""

import time
from dataclasses import dataclass

from spottypottysense import __version__
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.api.overview import called
from spottypottysense.clock import Clock, SystemClock
from spottypottysense.core import Core, Rules, Stores, World, assemble
from spottypottysense.errors import Invalid
from spottypottysense.grants.model import ClientApp, Schedule
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.crew import ThreadCrew
from spottypottysense.runtimes.appliance.feed import LiveFeed
from spottypottysense.runtimes.appliance.hasher import Argon2Hasher
from spottypottysense.runtimes.appliance.lanes import ThreadLanes
from spottypottysense.runtimes.appliance.messenger import Messenger
from spottypottysense.runtimes.appliance.metrics import Metrics
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.sqlite.access import sqlite_access
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.apps import SqliteApps
from spottypottysense.runtimes.appliance.sqlite.consents import SqlitePendingConsents
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal
from spottypottysense.runtimes.appliance.sqlite.notices import SqliteNotices
from spottypottysense.runtimes.appliance.sqlite.past import SqlitePast
from spottypottysense.runtimes.appliance.sqlite.playback import (
    SqliteBookmarks,
    SqliteContentLengths,
    SqliteKnownSpeakers,
)
from spottypottysense.runtimes.appliance.sqlite.receipts import SqliteReceipts
from spottypottysense.runtimes.appliance.sqlite.rooms import SqliteRooms
from spottypottysense.runtimes.appliance.sqlite.sensors import SqliteSensors
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions
from spottypottysense.runtimes.appliance.vault import Vault
from spottypottysense.spotify.accounts import Accounts as SpotifyAccounts
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.player import Player as SpotifyPlayer

_OTHER_CALLERS = 64
"""Threads besides the crew's that speak to Spotify at a time: the lanes."""


@dataclass(frozen=True)
class House:
    """The core and what it stands on; `broker` is None where an external one is joined."""

    settings: Settings
    core: Core
    database: Database
    broker: Broker | None
    vault: Vault
    apps: SqliteApps
    crew: ThreadCrew
    messenger: Messenger
    lanes: ThreadLanes
    feed: LiveFeed
    metrics: Metrics
    clock: Clock
    house_clock: Clock

    def close(self) -> None:
        """Let go of threads and files."""
        self.crew.close()
        self.lanes.close()
        self.database.close()


class ForeignBroker:
    """An external broker admits sensors by its own rules; it gets no certificates from us."""

    def admit(self, sensor_id: str) -> str | None:  # noqa: ARG002
        """Return None: there is no certificate of ours."""
        return None

    def revoke(self, certificate_id: str) -> None:
        """Do nothing: whoever rules that broker shuts sensors out there."""


def build(settings: Settings) -> House:
    """Join everything for one data directory; nothing runs yet. Raises `Invalid` or `Unavailable`."""
    database = _database(settings)
    clock = SystemClock()
    house_clock = settings.house_clock or clock
    lanes, feed, metrics, crew = ThreadLanes(), LiveFeed(), Metrics(__version__), ThreadCrew()
    broker = _broker(settings, metrics)
    vault = Vault(settings.key_file)
    apps = SqliteApps(database, vault, _installation(settings))
    messenger = _messenger(settings, database, clock)
    client = _client(settings, crew, metrics)
    world = World(
        hasher=Argon2Hasher(),
        token_endpoint=SpotifyAccounts(client),
        player=lambda grants: SpotifyPlayer(client, grants.client_of, grants.access_token_for),
        crew=crew,
        provisioner=broker or ForeignBroker(),
        messenger=messenger,
        lanes=lanes,
        feed=feed,
        clock=clock,
        house_clock=house_clock,
        pause=lambda span: time.sleep(span.total_seconds()),
    )
    core = assemble(_stores(database, vault, apps, clock), world, _rules(settings))
    return House(
        settings,
        core,
        database,
        broker,
        vault,
        apps,
        crew,
        messenger,
        lanes,
        feed,
        metrics,
        clock,
        house_clock,
    )


def _database(settings: Settings) -> Database:
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{settings.data} cannot be used ({error.strerror}): choose another directory with --data."
        raise Invalid(message, field="SPOTTY_DATA") from None
    return Database(settings.data / "spotty.db")


def _messenger(settings: Settings, database: Database, clock: Clock) -> Messenger:
    people = Accounts(SqliteAccounts(database), clock)
    return Messenger(settings.notify_urls, lambda subject: called(people, subject))


def _client(settings: Settings, crew: ThreadCrew, metrics: Metrics) -> Client:
    """Return the one client, with a connection for each thread that may call at a time: none waits."""
    return Client(
        settings.spotify_accounts_url,
        settings.spotify_api_url,
        read=settings.spotify_timeout,
        connections=crew.most + _OTHER_CALLERS,
        observe=metrics.spotify_seconds.observe,
    )


def _installation(settings: Settings) -> ClientApp | None:
    """Return the app of all who have none of their own."""
    if settings.spotify_client_id is None:
        return None
    return ClientApp(settings.spotify_client_id, settings.spotify_client_secret)


def _rules(settings: Settings) -> Rules:
    return Rules(
        settings.stale_after,
        settings.stuck_after,
        settings.retention,
        Schedule(period=settings.refresh),
        settings.spotify_seats,
    )


def _stores(database: Database, vault: Vault, apps: SqliteApps, clock: Clock) -> Stores:
    grants = SqliteGrants(database, vault)
    return Stores(
        accounts=SqliteAccounts(database),
        access=sqlite_access(database),
        rooms=SqliteRooms(database),
        sensors=SqliteSensors(database),
        grants=grants,
        census=grants,
        pending=SqlitePendingConsents(database, vault, clock),
        apps=apps,
        notices=SqliteNotices(database),
        receipts=SqliteReceipts(database),
        bookmarks=SqliteBookmarks(database),
        speakers=SqliteKnownSpeakers(database),
        lengths=SqliteContentLengths(database),
        sessions=SqliteSessions(database),
        session_log=SqliteSessions(database),
        journal=SqliteJournal(database),
        past=SqlitePast(database),
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
