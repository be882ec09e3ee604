"""A sensor as it would be built by somebody else: paho, a bundle of files, and a stubborn mind."""

import json
import ssl
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


def eventually(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until `true()`, for `seconds` at most, and say whether it came true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Device:
    """Connects with the files of a bundle; `bundle=None` shows no certificate at all."""

    def __init__(
        self, host: str, port: int, ca_file: Path, bundle: Path | None = None, client_id: str = ""
    ) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.is_connected = threading.Event()
        self.was_cut_off = threading.Event()
        self._address = (host, port)
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, reconnect_on_failure=False)
        context = ssl.create_default_context(cafile=str(ca_file))
        if bundle is not None:
            context.load_cert_chain(bundle / "cert.pem", bundle / "key.pem")
        self.client.tls_set_context(context)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = self._on_message

    @classmethod
    def of(cls, bundle: Path, client_id: str = "") -> "Device":
        """Return the device that a bundle describes."""
        config = json.loads((bundle / "config.json").read_bytes())
        client_id = client_id or config["clientId"]
        return cls(config["host"], config["port"], bundle / "ca.pem", bundle, client_id)

    def connect(self) -> bool:
        """Connect, and say whether the broker let us in."""
        try:
            self.client.connect(*self._address, keepalive=10)
        except OSError:
            return False
        self.client.loop_start()
        eventually(lambda: self.is_connected.is_set() or self.was_cut_off.is_set(), 5)
        return self.is_connected.is_set()

    def say(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        """Publish with QoS 1 and return when the broker has acknowledged it."""
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def listen(self, topic: str) -> None:
        """Subscribe with QoS 1."""
        answered = threading.Event()
        self.client.on_subscribe = lambda *_: answered.set()
        self.client.subscribe(topic, qos=1)
        answered.wait(5)

    def close(self) -> None:
        """Hang up."""
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            self.is_connected.set()

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: Any, _reason: Any, _properties: Any
    ) -> None:
        self.was_cut_off.set()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))


class Ear:
    """What the hub was handed, in order; `before` may raise first."""

    def __init__(self, before: Callable[[bytes], None] | None = None) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self._before = before

    def __call__(self, topic: str, payload: bytes, received_at: datetime, retained: bool) -> None:
        """Take one message in."""
        assert received_at.tzinfo is not None
        if self._before is not None:
            self._before(payload)
        self.messages.append((topic, payload, retained))

    @property
    def payloads(self) -> list[bytes]:
        """The payloads so far."""
        return [payload for _, payload, _ in self.messages]
