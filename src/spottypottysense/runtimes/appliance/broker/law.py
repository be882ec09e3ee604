"""What the broker is told: where it listens, who may connect, and what each may say and hear.

Plain text for nats-server (https://docs.nats.io/reference/config). There are two files: `server_law` is
written when the broker starts and includes `people_law`, written whenever a certificate comes or goes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_PAYLOAD = 128 * 1024
"""Bytes; what AWS IoT Core takes, so that a sensor behaves alike at home and on AWS."""

SENSOR_SAYS = ("motion", "switch", "status", "register")
"""Every sensor may say all of it; the hub takes commands on `switch` only from what is registered as one."""

SENSOR_HEARS = ("config", "commands")

# What was not acknowledged comes again only after this wait, even to a hub that connects anew, so it is
# short. All that is on its way must be handled within it, or it comes twice: 100 in 5 s leave 50 ms for each.
_ACK_WAIT = "5s"
_MAX_ACK_PENDING = 100

# Deliveries of QoS 1 travel on these subjects; no MQTT client can name them in a filter of its own.
_DELIVERIES = "$MQTT.sub.>"


@dataclass(frozen=True)
class Place:
    """Where the broker listens and what it reads and writes; ports of 0 are not allowed here."""

    host: str
    port: int
    client_port: int
    monitor_port: int
    server_file: Path
    ca_file: Path
    people_file: Path
    store_dir: Path
    log_file: Path


def server_law(place: Place) -> str:
    """Return the configuration of a broker at `place`.

    NATS' own protocol listens on loopback, as it must, and admits nobody: see `people_law`.
    """
    server, ca = _text(place.server_file), _text(place.ca_file)
    tls = f"{{ cert_file: {server}, key_file: {server}, ca_file: {ca}, verify_and_map: true, timeout: 5 }}"
    return f"""\
server_name: spotty
host: "127.0.0.1"
port: {place.client_port}
http: "127.0.0.1:{place.monitor_port}"
max_payload: {MAX_PAYLOAD}
tls: {tls}
jetstream: {{ store_dir: {_text(place.store_dir)}, sync_interval: always, max_mem: 64MB, max_file: 1GB }}
mqtt: {{
  host: {_text(place.host)}
  port: {place.port}
  tls: {tls}
  ack_wait: "{_ACK_WAIT}"
  max_ack_pending: {_MAX_ACK_PENDING}
  reject_qos2_publish: true
}}
log_file: {_text(place.log_file)}
logfile_size_limit: 1MB
logfile_max_num: 3
include {json.dumps(place.people_file.name)}
"""


def people_law(hub_subject: str, sensors: Mapping[str, str]) -> str:
    """Return who may connect: the hub, and a sensor id for each certificate subject in `sensors`.

    Whoever is not named here is refused. Everybody is bound to MQTT, because NATS' own protocol could
    listen in on the deliveries to others.
    """
    users = [_user(hub_subject, says=SENSOR_HEARS, hears=SENSOR_SAYS, whom="*")]
    users += [_user(subject, SENSOR_SAYS, SENSOR_HEARS, sensors[subject]) for subject in sorted(sensors)]
    return "authorization: {\n  users: [\n" + "".join(users) + "  ]\n}\n"


def _user(subject: str, says: Iterable[str], hears: Iterable[str], whom: str) -> str:
    publish = _list(f"sensors.{whom}.{word}" for word in says)
    subscribe = _list([*(f"sensors.{whom}.{word}" for word in hears), _DELIVERIES])
    return (
        f'    {{ user: {_text(subject)}, allowed_connection_types: ["MQTT"],\n'
        f"      permissions: {{ publish: {{ allow: {publish} }}, subscribe: {{ allow: {subscribe} }} }} }}\n"
    )


def _list(words: Iterable[str]) -> str:
    return "[" + ", ".join(_text(word) for word in words) + "]"


def _text(value: str | Path) -> str:
    return json.dumps(str(value), ensure_ascii=False)
