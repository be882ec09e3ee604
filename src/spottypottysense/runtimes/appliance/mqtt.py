"""The hub at a broker: takes in what sensors say, acknowledges it when it is safe, and speaks to them."""

import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from spottypottysense.clock import Clock, SystemClock
from spottypottysense.errors import Unavailable
from spottypottysense.runtimes.appliance.backoff import Backoff
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.files import write_private

_log = logging.getLogger("spotty.mqtt")

_FILTERS = ("sensors/+/motion", "sensors/+/switch", "sensors/+/status", "sensors/+/register")
_PATIENCE_SECONDS = 2.0
_MAX_QUEUED = 1000


Handle = Callable[[str, bytes, datetime, bool], None]
"""What is done with a message: topic, payload, when it came, and whether it was retained.

A retained message tells how things were, not what happens now.
"""


class Intake:
    """Hands every message of every sensor to `handle`, at least once, one after the other.

    `handle` runs on the client's own thread. A message is acknowledged when it returns. `Unavailable` means
    that the message could not be kept: it is offered again for two seconds, then the line is dropped and
    the broker sends it once more. Any other error is logged, counted in `poisoned`, and the message is
    acknowledged, so that it does not block the rest.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        client_id_file: Path,
        handle: Handle,
        keepalive: int = 30,
        clock: Clock | None = None,
    ) -> None:
        self.poisoned = 0
        self._endpoint = endpoint
        self._handle = handle
        self._keepalive = keepalive
        self._clock = clock or SystemClock()
        self._backoff = Backoff()
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._refusing = False
        self._trouble_told = False
        self._client = self._make_client(_own_client_id(client_id_file))

    @property
    def connected(self) -> bool:
        """Whether messages reach us at this moment."""
        return self._ready.is_set()

    def wait_connected(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until messages reach us, and say whether they do."""
        return self._ready.wait(timeout)

    def start(self) -> None:
        """Begin to connect, and keep at it until `stop`."""
        self._stopping.clear()
        self._client.connect_async(self._endpoint.host, self._endpoint.port, self._keepalive)
        self._client.loop_start()

    def stop(self) -> None:
        """Hang up; what is not acknowledged waits at the broker for the next start."""
        self._stopping.set()
        self._client.disconnect()
        self._client.loop_stop()
        self._ready.clear()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send a message, or queue it in memory while there is no connection.

        Raises `Unavailable` when the queue is full.
        """
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            raise Unavailable("The broker has been away for too long: too many messages wait for it.")

    def _make_client(self, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True
        )
        client.max_queued_messages_set(_MAX_QUEUED)
        if self._endpoint.tls:
            client.tls_set_context(self._endpoint.tls_context())
        if self._endpoint.username is not None:
            password = self._endpoint.password
            client.username_pw_set(self._endpoint.username, password.reveal() if password else None)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self,
        client: Client,
        _data: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._refusing = False
        if reason.is_failure:
            self._tell_trouble(f"refused us ({reason})")
        else:
            # Anew each time: a stranger with our client id could have erased our subscriptions.
            client.subscribe([(topic, 1) for topic in _FILTERS])

    def _on_subscribe(
        self,
        _client: Client,
        _data: Any,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._tell_trouble(f"does not let us read {', '.join(_FILTERS)}")
            return
        if self._trouble_told:
            _log.warning("the MQTT broker at %s is back", self._where())
        self._trouble_told = False
        self._ready.set()

    def _on_connect_fail(self, client: Client, _data: Any) -> None:
        self._tell_trouble("cannot be reached")
        self._wait_longer(client)

    def _on_disconnect(
        self,
        client: Client,
        _data: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        was_ready = self._ready.is_set()
        self._ready.clear()
        if self._stopping.is_set():
            return
        if was_ready and not self._refusing:
            self._backoff.reset()
        self._tell_trouble(f"was lost ({reason})")
        self._wait_longer(client)

    def _wait_longer(self, client: Client) -> None:
        # paho doubles its delay without jitter and takes whole seconds by its annotation only.
        delay: Any = self._backoff.next()
        client.reconnect_delay_set(delay, delay)

    def _tell_trouble(self, what: str) -> None:
        if not self._trouble_told:
            _log.warning("the MQTT broker at %s %s; trying again", self._where(), what)
        self._trouble_told = True

    def _where(self) -> str:
        return f"{self._endpoint.host}:{self._endpoint.port}"

    def _on_message(self, client: Client, _data: Any, raw: MQTTMessage) -> None:
        if self._refusing:
            return
        try:
            self._offer(raw)
        except Unavailable as error:
            self._refuse(client, error)
            return
        except Exception:
            self.poisoned += 1
            _log.exception("a message could not be handled and is dropped")
        if raw.qos:
            client.ack(raw.mid, raw.qos)

    def _offer(self, raw: MQTTMessage) -> None:
        """Hand the message over; a short outage is sat out, which keeps the order."""
        received_at = self._clock.now()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        pause = Backoff(first=0.05, most=0.5)
        while True:
            try:
                self._handle(raw.topic, bytes(raw.payload), received_at, raw.retain)
            except Unavailable:
                if self._stopping.wait(pause.next()) or time.monotonic() > deadline:
                    raise
            else:
                self._backoff.reset()
                return

    def _refuse(self, client: Client, error: Unavailable) -> None:
        """Drop the line: that is the one thing after which every broker sends again.

        Mosquitto does so at once, NATS when its `ack_wait` is over.
        """
        self._tell_trouble(f"must keep a message that we cannot ({error})")
        self._refusing = True
        line = client.socket()
        if isinstance(line, socket.socket):
            line.shutdown(socket.SHUT_RDWR)


def _own_client_id(path: Path) -> str:
    """Return the hub's client id; it is random, because whoever knew it could take the hub's session."""
    if path.exists():
        return path.read_text().strip()
    client_id = f"hub-{secrets.token_hex(16)}"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, client_id.encode())
    return client_id
