"""Where a broker is, and how the hub proves there who it is."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from spottypottysense.errors import Invalid
from spottypottysense.grants.model import Secret


@dataclass(frozen=True)
class Endpoint:
    """Where a broker is and how we prove who we are; `certificate_file` may hold its key as well."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def from_url(
        cls,
        url: str,
        password: Secret | None = None,
        ca_file: Path | None = None,
        certificate_file: Path | None = None,
        key_file: Path | None = None,
    ) -> "Endpoint":
        """Return the endpoint that `mqtt://[user@]host[:1883]` or `mqtts://[user@]host[:8883]` names.

        Raises `Invalid`, also for a password in the URL: URLs end up in logs and process lists.
        """
        parts = urlsplit(url)
        tls = parts.scheme == "mqtts"
        try:
            port = parts.port or (8883 if tls else 1883)
        except ValueError:
            port = 0
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not port:
            raise Invalid(
                "Give the broker as mqtt://host:1883 or mqtts://host:8883.", field="SPOTTY_MQTT_URL"
            )
        if parts.password is not None:
            message = "Keep the broker's password out of its URL: hand it over separately."
            raise Invalid(message, field="SPOTTY_MQTT_URL")
        username = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port, tls, username, password, ca_file, certificate_file, key_file)

    @property
    def url(self) -> str:
        """Where it is, for people and other processes; no user, no password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext:
        """Return a context that checks the broker's certificate and shows ours; raises `OSError`."""
        context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context
