"""What a setting's text may be: each function returns the value, or raises `ValueError` with half a sentence.

The sentence begins with the setting's name and never repeats the text, which may hold a secret.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from spottypottysense.clock import ScaledClock


def path(text: str) -> Path:
    """A file or directory; `~` is the home directory."""
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("begins with ~ and a user that this machine does not know") from None


def names(text: str) -> tuple[str, ...]:
    """Host names or addresses, separated by commas."""
    found = tuple(name.strip() for name in text.split(",") if name.strip())
    if not all(re.fullmatch(r"[A-Za-z0-9._:-]{1,253}", name) for name in found):
        raise ValueError("must be host names or addresses, separated by commas")
    return found


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            message = f"must be a whole number from {low} to {high}"
            raise ValueError(message)
        return int(text)

    return parse


def span(unit: timedelta, low: float, high: float) -> Callable[[str], timedelta]:
    """A number from `low` to `high` of that unit."""

    def parse(text: str) -> timedelta:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) or not low <= float(text) <= high:
            message = f"must be a number from {low:g} to {high:g}"
            raise ValueError(message)
        return float(text) * unit

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words, in capitals or not."""

    def parse(text: str) -> str:
        if text.lower() not in choices:
            message = f"must be one of {', '.join(choices)}"
            raise ValueError(message)
        return text.lower()

    return parse


def spotify_url(text: str) -> str:
    """An https address; plain http only if it stays on this machine."""
    url = _url(text, "must be a plain address such as https://api.spotify.com")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.hostname or "")):
        raise ValueError("must begin with https:// (http:// serves only on this machine itself)")
    return text.rstrip("/")


def redirect_uri(text: str) -> str:
    """An address that Spotify sends the browser back to; it is compared letter by letter, so it stays."""
    shape = "must look like https://house.example/callback or http://127.0.0.1:8888/callback"
    url = _url(text, shape)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in {"127.0.0.1", "::1"}):
        raise ValueError(shape)
    return text


def mqtt_url(text: str) -> str:
    """The address of a broker, without path or password."""
    shape = "must look like mqtts://broker.example:8883 or mqtt://broker.example:1883, without a password"
    url = _url(text, shape)
    if url.scheme not in {"mqtt", "mqtts"} or url.path:
        raise ValueError(shape)
    return text


def house_clock(text: str) -> ScaledClock:
    """One moment on the house's clock and on the real one, and how fast the former runs."""
    message = "must look like 2026-11-22T20:00:00Z@2026-11-22T09:00:00Zx60"
    parts = re.fullmatch(r"([^@]+)@([^x]+)x([0-9]+(?:\.[0-9]+)?)", text)
    if not parts:
        raise ValueError(message)
    try:
        house, real = datetime.fromisoformat(parts[1]), datetime.fromisoformat(parts[2])
    except ValueError:
        raise ValueError(message) from None
    if house.tzinfo is None or real.tzinfo is None or not float(parts[3]):
        raise ValueError(message + ", with time zones and a speed above 0")
    return ScaledClock(house, real, float(parts[3]))


def _url(text: str, shape: str) -> SplitResult:
    try:
        url = urlsplit(text)
        odd = not url.hostname or url.port == 0 or url.query or url.fragment or url.username is not None
    except ValueError:
        odd = True
    if odd:
        raise ValueError(shape)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
