"""Where messages of sensors come in: by topic to the use case that they are for."""

import logging
import time
from datetime import datetime

from spottypottysense.clock import Clock
from spottypottysense.core import Core
from spottypottysense.errors import Invalid, NotFound
from spottypottysense.runtimes.appliance.metrics import Metrics
from spottypottysense.sensors.wire import status_from

_log = logging.getLogger("spotty.reception")


class Reception:
    """Takes messages from the broker; house time says when each was received."""

    def __init__(self, core: Core, clock: Clock, metrics: Metrics) -> None:
        self._core = core
        self._clock = clock
        self._metrics = metrics

    def handle(self, topic: str, payload: bytes, received_at: datetime, retained: bool) -> None:  # noqa: ARG002
        """Take in one message; raises `Unavailable` if it must be delivered again."""
        kind = topic.rpartition("/")[2]
        if kind == "status":
            self._status(topic, payload)
        elif kind == "register":
            _log.info("a sensor introduces itself", extra={"topic": topic[:200]})
        elif kind == "switch":
            decision = self._core.by_hand.take_in(topic, payload, self._clock.now(), retained)
            self._metrics.switches.labels(decision.reason).inc()
        else:
            began = time.perf_counter()
            decision = self._core.presence.take_in(topic, payload, self._clock.now(), retained)
            self._metrics.motion_seconds.observe(time.perf_counter() - began)
            self._metrics.motions.labels(decision.reason).inc()

    def _status(self, topic: str, payload: bytes) -> None:
        try:
            self._core.sensors.note_status(status_from(topic, payload, self._clock.now()))
        except (Invalid, NotFound) as error:
            _log.warning("status refused", extra={"topic": topic[:200], "error": str(error)})
