"""What the operator may set: one table, read once, strictly; `docs/settings.md` is written from it."""

import difflib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from spottypottysense.clock import ScaledClock
from spottypottysense.errors import Invalid
from spottypottysense.grants.model import Secret
from spottypottysense.runtimes.appliance import setting_values as to

RESERVED_FOR_TESTS = "SPOTTY_TEST_"
"""Names that begin so belong to the test suite, whose processes start ours."""


@dataclass(frozen=True)
class Settings:
    """What was set, parsed: the field of `SPOTTY_HTTP_PORT` is `http_port`; None is not set."""

    data: Path
    http_host: str
    http_port: int
    mqtt_host: str
    mqtt_port: int
    mqtt_names: tuple[str, ...]
    mqtt_url: str | None
    mqtt_username: str | None
    mqtt_password: Secret | None
    mqtt_ca: Path | None
    mqtt_cert: Path | None
    mqtt_key: Path | None
    spotify_client_id: str | None
    spotify_client_secret: Secret | None
    spotify_redirect_uri: str | None
    spotify_seats: int
    spotify_accounts_url: str
    spotify_api_url: str
    spotify_timeout: timedelta
    key_file: Path
    refresh: timedelta
    notify_urls: Secret | None
    stale_after: timedelta
    stuck_after: timedelta
    tick: timedelta
    retention: timedelta
    log_level: str
    log_format: str
    house_clock: ScaledClock | None


@dataclass(frozen=True)
class Setting:
    """One row of the table; `parse` is one of `setting_values`, or `Secret`."""

    name: str
    parse: Callable[[str], object]
    default: str
    sentence: str


_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

TABLE = (
    Setting("SPOTTY_DATA", to.path, "~/.local/share/spotty", "Directory of all that is kept."),
    Setting("SPOTTY_HTTP_HOST", str, "127.0.0.1", "Address that the API and the dashboard listen on."),
    Setting("SPOTTY_HTTP_PORT", to.whole(0, 65535), "8765", "Port of the API; 0 takes a free one."),
    Setting("SPOTTY_MQTT_HOST", str, "127.0.0.1", "Address that the embedded broker listens on."),
    Setting("SPOTTY_MQTT_PORT", to.whole(0, 65535), "8883", "Its port (MQTT over TLS); 0 takes a free one."),
    Setting("SPOTTY_MQTT_NAMES", to.names, "", "More host names for its certificate, separated by commas."),
    Setting("SPOTTY_MQTT_URL", to.mqtt_url, "", "A broker of your own; the embedded one stays off."),
    Setting("SPOTTY_MQTT_USERNAME", str, "", "Name to sign in to your own broker with."),
    Setting("SPOTTY_MQTT_PASSWORD", Secret, "", "Password to sign in to your own broker with."),
    Setting(
        "SPOTTY_MQTT_CA", to.path, "", "File of the authority that your own broker's certificate is from."
    ),
    Setting("SPOTTY_MQTT_CERT", to.path, "", "File of our certificate for your own broker."),
    Setting("SPOTTY_MQTT_KEY", to.path, "", "File of the key of that certificate."),
    Setting("SPOTTY_SPOTIFY_CLIENT_ID", str, "", "Client id of your app at Spotify."),
    Setting("SPOTTY_SPOTIFY_CLIENT_SECRET", Secret, "", "Its client secret; without one, PKCE."),
    Setting(
        "SPOTTY_SPOTIFY_REDIRECT_URI", to.redirect_uri, "", "Where `spotty connect` sends the browser back."
    ),
    Setting("SPOTTY_SPOTIFY_SEATS", to.whole(0, 9999), "5", "Users that one app may have; 0 is no limit."),
    Setting(
        "SPOTTY_SPOTIFY_ACCOUNTS_URL", to.spotify_url, "https://accounts.spotify.com", "Spotify's sign-in."
    ),
    Setting("SPOTTY_SPOTIFY_API_URL", to.spotify_url, "https://api.spotify.com", "Spotify's Web API."),
    Setting("SPOTTY_SPOTIFY_TIMEOUT", to.span(_SECOND, 0.1, 120), "10", "Seconds that one call may take."),
    Setting("SPOTTY_KEY_FILE", to.path, "", "Key file that seals grants; else `grants.key` in the data."),
    Setting("SPOTTY_REFRESH_MINUTES", to.span(_MINUTE, 0.1, 20), "1", "Minutes between two looks at grants."),
    Setting("SPOTTY_NOTIFY_URLS", Secret, "", "Apprise addresses that notices go to, separated by spaces."),
    Setting(
        "SPOTTY_STALE_AFTER",
        to.span(_SECOND, 1, 86400),
        "60",
        "Seconds after which a motion starts no music.",
    ),
    Setting("SPOTTY_STUCK_AFTER", to.span(_HOUR, 0.01, 168), "4", "Hours that a sensor may stay on."),
    Setting("SPOTTY_TICK", to.span(_SECOND, 0.01, 60), "1", "Seconds between two looks at what is overdue."),
    Setting("SPOTTY_RETENTION_DAYS", to.span(_DAY, 1, 3650), "30", "Days that sessions are kept."),
    Setting(
        "SPOTTY_LOG_LEVEL", to.one_of("debug", "info", "warning", "error"), "info", "Least level logged."
    ),
    Setting("SPOTTY_LOG_FORMAT", to.one_of("auto", "json", "text"), "auto", "`auto`: text on a terminal."),
    Setting("SPOTTY_HOUSE_CLOCK", to.house_clock, "", "Rehearsal: house time @ real time x speed."),
)
_ROWS = {row.name: row for row in TABLE}

_GO_TOGETHER = (
    ("SPOTTY_MQTT_USERNAME", "SPOTTY_MQTT_URL"),
    ("SPOTTY_MQTT_PASSWORD", "SPOTTY_MQTT_USERNAME"),
    ("SPOTTY_MQTT_CA", "SPOTTY_MQTT_URL"),
    ("SPOTTY_MQTT_CERT", "SPOTTY_MQTT_KEY"),
    ("SPOTTY_MQTT_KEY", "SPOTTY_MQTT_CERT"),
    ("SPOTTY_MQTT_CERT", "SPOTTY_MQTT_URL"),
    ("SPOTTY_SPOTIFY_CLIENT_SECRET", "SPOTTY_SPOTIFY_CLIENT_ID"),
)
"""The first says something only if the second is set as well."""


def read(environ: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of `environ`, with `overrides` (from the command line) above them.

    `NAME_FILE` names a file that holds the value of `NAME`; an empty value is none. Raises one `Invalid`
    that lists every problem.
    """
    problems: list[str] = []
    texts = _given(environ, set(overrides or {}), problems) | dict(overrides or {})
    values: dict[str, Any] = {_field(row.name): _parsed(row, texts, problems) for row in TABLE}
    problems += [
        f"{one} needs {other} as well." for one, other in _GO_TOGETHER if one in texts and other not in texts
    ]
    if problems:
        raise Invalid("These settings cannot be used:\n" + "\n".join(f"  {line}" for line in problems))
    values["key_file"] = values["key_file"] or values["data"] / "grants.key"
    values["mqtt_names"] = values["mqtt_names"] or ()
    return Settings(**values)


def shown(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (name, value, sentence) of every setting for a person to read; a secret stays one."""
    return [(row.name, _as_text(getattr(settings, _field(row.name))), row.sentence) for row in TABLE]


def as_markdown() -> str:
    """Return `docs/settings.md`."""
    rows = "".join(f"| `{row.name}` | {_default(row)} | {row.sentence} |\n" for row in TABLE)
    return _PAGE.format(rows=rows, reserved=RESERVED_FOR_TESTS)


def _given(environ: Mapping[str, str], overridden: set[str], problems: list[str]) -> dict[str, str]:
    """Return the texts that the environment gives, those in files read; what is empty is not given."""
    texts: dict[str, str] = {}
    for name in sorted(environ):
        if not name.startswith("SPOTTY_") or name.startswith(RESERVED_FOR_TESTS) or not environ[name].strip():
            continue
        target = name if name in _ROWS else name.removesuffix("_FILE")
        if target not in _ROWS:
            problems.append(f"{name} is no setting.{_hint(name)}")
        elif target in overridden:
            continue
        elif target in texts:
            problems.append(f"{target} and {name} are both set: keep one.")
        elif target == name:
            texts[target] = environ[name].strip()
        elif (text := _file_text(name, environ[name], problems)) is not None:
            texts[target] = text
    return texts


def _hint(name: str) -> str:
    near = difflib.get_close_matches(name, _ROWS, n=1)
    return f" Did you mean {near[0]}?" if near else " `spotty settings` lists those that are."


def _file_text(name: str, path: str, problems: list[str]) -> str | None:
    try:
        return to.path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        problems.append(f"{name} names {path}, which cannot be read: {why}.")
        return None


def _parsed(row: Setting, texts: Mapping[str, str], problems: list[str]) -> object:
    """Return the value, or None and a problem; a problem never repeats the value, which may hold a secret."""
    text = texts.get(row.name) or row.default
    if not text:
        return None
    try:
        return row.parse(text)
    except ValueError as error:
        problems.append(f"{row.name} {error}.")
        return None


def _field(name: str) -> str:
    return name.removeprefix("SPOTTY_").removesuffix("_DAYS").removesuffix("_MINUTES").lower()


def _as_text(value: object) -> str:
    match value:
        case None | ():
            return "not set"
        case Secret():
            return "set, not shown"
        case timedelta():
            return f"{value.total_seconds():g} s"
        case ScaledClock():
            return f"{value.speed:g} times as fast"
        case tuple():
            return ", ".join(map(str, value))
    return str(value)


def _default(row: Setting) -> str:
    if row.parse is Secret:
        return "(secret)"
    return f"`{row.default}`" if row.default else ""


_PAGE = """# Settings

Written from the table in `runtimes/appliance/settings.py`; after a change there, write it anew:

    .venv/bin/python -m spottypottysense.runtimes.appliance.settings > docs/settings.md

Settings are environment variables, read once at start. A misspelt name is refused, and every problem is
told at once. `NAME_FILE` names a file that holds the value of `NAME`, which suits secrets. A command's own
options come first; an empty value counts as not set. Names that begin with `{reserved}` belong to the test
suite. `spotty settings` shows what is in force, secrets masked.

| name | default | what it is |
| --- | --- | --- |
{rows}"""

if __name__ == "__main__":
    sys.stdout.write(as_markdown())
