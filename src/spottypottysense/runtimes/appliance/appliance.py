"""The appliance: one process that is the whole house."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from spottypottysense.api.app import create_app
from spottypottysense.clock import ScaledClock
from spottypottysense.errors import SpottyError
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.files import write_private
from spottypottysense.runtimes.appliance.metrics import CONTENT_TYPE
from spottypottysense.runtimes.appliance.mqtt import Intake
from spottypottysense.runtimes.appliance.reception import Reception
from spottypottysense.runtimes.appliance.ticker import Job, Ticker
from spottypottysense.runtimes.appliance.web import WebServer
from spottypottysense.runtimes.appliance.wiring import House

_log = logging.getLogger("spotty.appliance")

_BACKLOG_SECONDS = 5.0
_MEND_EVERY = timedelta(seconds=30)
_FORGET_EVERY = timedelta(hours=1)
_SHORTEST_TICK = timedelta(milliseconds=10)


class Appliance:
    """Runs a house: broker, intake, jobs, HTTP."""

    def __init__(self, house: House) -> None:
        self._house = house
        settings, core = house.settings, house.core
        self._web = WebServer(
            create_app(core, house.house_clock, self.health, self._figures),
            settings.http_host,
            settings.http_port,
        )
        self._intake: Intake | None = None
        self._ticker: Ticker | None = None
        house.feed.listen(self._count)
        house.metrics.sessions_open.set_function(lambda: len(core.presence.open_sessions()))
        house.metrics.mqtt_connected.set_function(lambda: float(self._is_connected()))

    @property
    def url(self) -> str:
        """Where the status page is, for a browser on this machine."""
        return f"{self._web.url}/app/"

    def start(self) -> None:
        """Start everything, in the order in which it is needed.

        1. The broker; 2. the intake, which takes in what the broker kept for us; 3. only then the jobs, so
        that no visit is ended by a deadline that a waiting message moves; 4. HTTP.
        """
        house = self._house
        if house.broker is not None:
            house.broker.start()
        reception = Reception(house.core, house.house_clock, house.metrics)
        self._intake = Intake(self._endpoint(), house.settings.data / "hub-id", reception.handle)
        self._intake.start()
        self._intake.wait_connected(_BACKLOG_SECONDS)
        self._ticker = Ticker(self._jobs())
        self._ticker.start()
        self._web.start()
        self._announce()
        _log.info("started", extra={"url": self.url, "mqtt": self._endpoint().url})

    def stop(self) -> None:
        """Stop everything, in the opposite order; what is under way finishes, the rest waits for us."""
        self._endpoints_file().unlink(missing_ok=True)
        self._web.stop()
        if self._ticker is not None:
            self._ticker.stop()
        if self._intake is not None:
            self._intake.stop()
        self._house.close()
        if self._house.broker is not None:
            self._house.broker.stop()
        _log.info("stopped")

    def health(self) -> Mapping[str, bool]:
        """Say of each part that the house cannot do without whether it works."""
        try:
            self._house.core.accounts.households()
            storage = True
        except SpottyError:
            storage = False
        return {"storage": storage, "mqtt": self._is_connected()}

    def _is_connected(self) -> bool:
        return self._intake is not None and self._intake.connected

    def _jobs(self) -> tuple[Job, ...]:
        core, settings = self._house.core, self._house.settings
        clock = self._house.house_clock
        speed = clock.speed if isinstance(clock, ScaledClock) else 1.0
        tick = max(settings.tick / speed, _SHORTEST_TICK)
        return (
            Job("overdue", tick, core.presence.end_overdue),
            Job("mend", _MEND_EVERY, core.presence.mend, jitter=0.1),
            Job("grants", core.rules.refresh_period, self._refresh_grants, jitter=0.1),
            Job("forget", _FORGET_EVERY, lambda: core.presence.forget(core.rules.retention), jitter=0.1),
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
        elif entry.action is Action.END:
            metrics.sessions_ended.labels(entry.reason).inc()

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
