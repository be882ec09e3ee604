"""The appliance: one process that is the whole house."""

import json
import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from spottypottysense.api.app import create_app
from spottypottysense.api.identity import OwnSignIn
from spottypottysense.clock import ScaledClock
from spottypottysense.errors import Conflict, Invalid, SpottyError
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.files import locked, write_private
from spottypottysense.runtimes.appliance.front import front_of
from spottypottysense.runtimes.appliance.metrics import CONTENT_TYPE
from spottypottysense.runtimes.appliance.mqtt import Intake
from spottypottysense.runtimes.appliance.reception import Reception
from spottypottysense.runtimes.appliance.ticker import Job, Ticker
from spottypottysense.runtimes.appliance.web import WebServer
from spottypottysense.runtimes.appliance.wiring import House

_log = logging.getLogger("spotty.appliance")

_CONNECT_SECONDS = 5.0
_BACKLOG = timedelta(seconds=1)
_MEND_EVERY = timedelta(seconds=30)
_REMIND_EVERY = timedelta(hours=1)
_DELIVER_EVERY = timedelta(minutes=1)
_FORGET_EVERY = timedelta(hours=1)
_BEGAN = frozenset({Reason.STARTED, Reason.RESUMED})
_SPEAKERS_FAULT = frozenset({Reason.SPEAKER_ASLEEP, Reason.SPEAKER_MISSING, Reason.NOT_CONFIRMED})
_SHORTEST_TICK = timedelta(milliseconds=10)


class Appliance:
    """Runs a house: broker, intake, jobs, HTTP."""

    def __init__(self, house: House) -> None:
        self._house = house
        settings, core = house.settings, house.core
        self._web = WebServer(
            create_app(front_of(house, self.health, self._figures), OwnSignIn(core.access)),
            settings.http_host,
            settings.http_port,
        )
        self._intake: Intake | None = None
        self._ticker: Ticker | None = None
        self._alone = ExitStack()
        self._announced = False
        house.feed.listen(self._count)
        house.metrics.sessions_open.set_function(lambda: len(core.presence.open_sessions()))
        house.metrics.mqtt_connected.set_function(lambda: float(self._is_connected()))

    @property
    def url(self) -> str:
        """Where the status page is, for a browser on this machine."""
        return f"{self._web.url}/app/"

    def start(self) -> None:
        """Start everything, in the order in which it is needed.

        1. The broker, for us alone; 2. the intake, which takes in what the broker kept for us, and only then
        the sensors; 3. the jobs, so that hardly a visit is ended by a deadline that a waiting message moves;
        4. HTTP. Raises `Conflict` if
        another appliance runs on this data, `Invalid` for settings that turn out to be no use.
        """
        house = self._house
        self._stand_alone()
        if house.broker is not None:
            house.broker.start(hub_first=True)
        reception = Reception(house.core, house.house_clock, house.metrics)
        self._intake = self._make_intake(reception)
        self._intake.start()
        self._intake.wait_connected(_CONNECT_SECONDS)
        if house.broker is not None:
            house.broker.open_doors()
        self._ticker = Ticker(self._jobs())
        self._ticker.start()
        self._web.start()
        self._announce()
        _log.info("started", extra={"url": self.url, "mqtt": self._endpoint().url})

    def stop(self) -> None:
        """Stop everything, in the opposite order; what is under way finishes, the rest waits for us.

        What one part cannot do (a full disk, say) keeps no other from stopping.
        """
        with ExitStack() as parts:
            parts.callback(_log.info, "stopped")
            parts.callback(self._alone.close)
            if self._house.broker is not None:
                parts.callback(self._house.broker.stop)
            parts.callback(self._house.close)
            if self._intake is not None:
                parts.callback(self._intake.stop)
            if self._ticker is not None:
                parts.callback(self._ticker.stop)
                parts.callback(self._house.crew.close)
            parts.callback(self._web.stop)
            if self._announced:
                parts.callback(self._endpoints_file().unlink, missing_ok=True)

    def health(self) -> Mapping[str, bool]:
        """Say of each part that the house cannot do without whether it works."""
        try:
            self._house.core.accounts.households()
            storage = True
        except SpottyError:
            storage = False
        return {"storage": storage, "mqtt": self._is_connected()}

    def _stand_alone(self) -> None:
        """Keep others off this data until `stop`; only then is the endpoints file ours."""
        data = self._house.settings.data
        try:
            self._alone.enter_context(locked(data / "appliance.lock", wait=False))
        except BlockingIOError:
            message = f"Another appliance runs on {data}: stop it first, or use another --data."
            raise Conflict(message) from None

    def _make_intake(self, reception: Reception) -> Intake:
        endpoint = self._endpoint()
        try:
            return Intake(endpoint, self._house.settings.data / "hub-id", reception.handle)
        except OSError as error:
            message = f"The certificates for the broker at {endpoint.url} cannot be used ({error}): "
            message += "look at SPOTTY_MQTT_CA, SPOTTY_MQTT_CERT and SPOTTY_MQTT_KEY."
            raise Invalid(message, field="SPOTTY_MQTT_CA") from None

    def _is_connected(self) -> bool:
        return self._intake is not None and self._intake.connected

    def _jobs(self) -> tuple[Job, ...]:
        core, settings = self._house.core, self._house.settings
        schedule = core.rules.schedule
        clock = self._house.house_clock
        speed = clock.speed if isinstance(clock, ScaledClock) else 1.0
        tick = max(settings.tick / speed, _SHORTEST_TICK)
        return (
            Job("overdue", tick, core.presence.tick, after=_BACKLOG / speed),
            Job("mend", _MEND_EVERY, core.presence.mend, jitter=0.1),
            Job(
                "grants",
                schedule.period,
                self._refresh_grants,
                jitter=min(0.1, schedule.jitter / schedule.period),
            ),
            Job("remind", _REMIND_EVERY, core.connections.remind, jitter=0.1),
            Job("notices", _DELIVER_EVERY, core.notices.deliver_pending, jitter=0.1),
            Job("forget", _FORGET_EVERY, lambda: core.presence.forget(core.rules.retention), jitter=0.1),
            Job("forget_audit", _FORGET_EVERY, core.access.audit.forget, jitter=0.1),
        )

    def _refresh_grants(self) -> None:
        report = self._house.core.grants.refresh_due()
        refreshes = self._house.metrics.grant_refreshes
        refreshes.labels("refreshed").inc(report.refreshed)
        refreshes.labels("failed").inc(len(report.errors))
        if report.queried:
            extra = {"queried": report.queried, "refreshed": report.refreshed, "failed": len(report.errors)}
            _log.info("grants", extra=extra)

    def _count(self, entry: JournalEntry) -> None:
        metrics = self._house.metrics
        if entry.outcome is not None:
            metrics.playback.labels(entry.outcome).inc()
            self._measure(entry)
        elif entry.action is Action.END:
            metrics.sessions_ended.labels(entry.reason).inc()

    def _measure(self, entry: JournalEntry) -> None:
        """Measure how music began, or count a speaker that kept it from beginning."""
        metrics = self._house.metrics
        if entry.outcome in _SPEAKERS_FAULT:
            metrics.speaker_asleep.labels(entry.outcome).inc()
        if entry.outcome in _BEGAN:
            for session in self._house.core.presence.open_sessions():
                if session.id == entry.session_id and session.confirmed_after is not None:
                    metrics.first_note_seconds.observe(session.confirmed_after.total_seconds())

    def _figures(self) -> tuple[bytes, str]:
        return self._house.metrics.render(), CONTENT_TYPE

    def _endpoint(self) -> Endpoint:
        if self._house.broker is not None:
            return self._house.broker.endpoint
        settings = self._house.settings
        endpoint = Endpoint.from_url(
            settings.mqtt_url or "",
            password=settings.mqtt_password,
            ca_file=settings.mqtt_ca,
            certificate_file=settings.mqtt_cert,
            key_file=settings.mqtt_key,
        )
        return replace(endpoint, username=settings.mqtt_username or endpoint.username)

    def _endpoints_file(self) -> Path:
        return self._house.settings.data / "endpoints.json"

    def _announce(self) -> None:
        """Tell other processes on this machine where everything is."""
        endpoints = {
            "api": self._web.url,
            "dashboard": self.url,
            "mqtt": self._endpoint().url,
            "spotify": self._house.settings.spotify_api_url,
            "ca": str(self._house.broker.ca_file) if self._house.broker else None,
        }
        write_private(self._endpoints_file(), json.dumps(endpoints, indent=2).encode())
        self._announced = True
