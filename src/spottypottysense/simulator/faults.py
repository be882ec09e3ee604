"""What can be made to go wrong, by name: for whom, where, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from spottypottysense.simulator.wire import (
    HTML,
    MALFORMED_JSON,
    NO_CONTENT,
    NOT_REGISTERED,
    PREMIUM_REQUIRED,
    RESTRICTION,
    TEXT,
    Reply,
    Request,
    api_refusal,
    oauth_refusal,
)

_BUSY_PAGE = (
    b"<!DOCTYPE html><html><head><title>Spotify</title></head><body>Something went wrong</body></html>"
)


@dataclass(slots=True)
class Fault:
    """One fault that is switched on; empty `account`, `client` or `method` and `left` None mean no limit."""

    name: str
    account: str
    client: str
    method: str
    path: str
    left: int | None
    settings: dict[str, Any]

    def concerns(self, request: Request) -> bool:
        """Say whether it was switched on for this request."""
        return (
            self.account in ("", request.account)
            and self.client in ("", request.client)
            and self.method in ("", request.method)
            and request.path.startswith(self.path)
            and _KINDS[self.name].where(request)
        )


Maker = Callable[[Fault, Request], Reply]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where a fault can strike, its settings with their defaults, and the reply it gives instead."""

    where: Callable[[Request], bool]
    defaults: MappingProxyType[str, Any]
    reply: Maker | None = None


def _anywhere(_: Request) -> bool:
    return True


def _at_token(request: Request) -> bool:
    return request.path == "/api/token"


def _at_authorize(request: Request) -> bool:
    return request.path == "/authorize"


def _at_api(request: Request) -> bool:
    return request.path.startswith("/v1/")


def _at_command(request: Request) -> bool:
    return request.method in ("PUT", "POST") and request.path.startswith("/v1/me/player")


def _rate_limited(fault: Fault, _: Request) -> Reply:
    return api_refusal(429, "API rate limit exceeded", retry_after=fault.settings["retry_after"])


def _quota_exceeded(fault: Fault, _: Request) -> Reply:
    return api_refusal(429, "Too many requests", "QUOTA_EXCEEDED", fault.settings["retry_after"])


def _server_error(fault: Fault, _: Request) -> Reply:
    return Reply(fault.settings["status"], _BUSY_PAGE, HTML)


def _html_200(_: Fault, __: Request) -> Reply:
    return Reply(200, _BUSY_PAGE, HTML)


def _empty_200(_: Fault, __: Request) -> Reply:
    return Reply(200)


def _false_invalid_grant(_: Fault, __: Request) -> Reply:
    return oauth_refusal("invalid_grant", "Refresh token revoked")


def _plain_403(_: Fault, __: Request) -> Reply:
    return Reply(403, NOT_REGISTERED.body, TEXT)


def _premium_transient(_: Fault, __: Request) -> Reply:
    return PREMIUM_REQUIRED


def _access_token_missing(_: Fault, __: Request) -> Reply:
    return api_refusal(401, "Access token missing")


def _restriction(_: Fault, __: Request) -> Reply:
    return RESTRICTION


def _malformed_json(_: Fault, __: Request) -> Reply:
    return MALFORMED_JSON


def _no_effect(_: Fault, __: Request) -> Reply:
    return NO_CONTENT


def _kind(where: Callable[[Request], bool], reply: Maker | None = None, **defaults: Any) -> _Kind:
    return _Kind(where, MappingProxyType(defaults), reply)


_KINDS: dict[str, _Kind] = {
    # Time and the connection; with `after` the request is carried out although nobody hears of it.
    "latency": _kind(_anywhere, seconds=0.2),
    "hang": _kind(_anywhere, after=False),
    "disconnect": _kind(_anywhere, after=False),
    # Another answer than the right one, and nothing is done; with `after` it is done all the same.
    "rate_limited": _kind(_anywhere, _rate_limited, retry_after=2),
    "quota_exceeded": _kind(_at_api, _quota_exceeded, retry_after=48_925),
    "server_error": _kind(_anywhere, _server_error, status=503, after=False),
    "html_200": _kind(_at_token, _html_200),
    "empty_200": _kind(_anywhere, _empty_200),
    "false_invalid_grant": _kind(_at_token, _false_invalid_grant),
    "plain_403": _kind(_at_api, _plain_403),
    "premium_transient": _kind(_at_command, _premium_transient),
    "access_token_missing": _kind(_at_api, _access_token_missing),
    "restriction": _kind(_at_command, _restriction),
    "malformed_json": _kind(_at_command, _malformed_json),
    "no_effect": _kind(_at_command, _no_effect),
    # Habits of the rules themselves.
    "opaque_2xx": _kind(_at_command, status=200),
    "access_denied": _kind(_at_authorize),
    "rotate": _kind(_at_token, grace=0.0),
    "token_forgets_refresh": _kind(_at_token, null=False),
}
NAMES = tuple(_KINDS)


def _acceptable(value: Any, default: Any) -> bool:
    if isinstance(default, bool):
        return isinstance(value, bool)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and value >= 0 and (isinstance(default, float) or isinstance(value, int))


class Faults:
    """The switchboard."""

    def __init__(self) -> None:
        self.on: list[Fault] = []

    def add(
        self,
        name: str,
        *,
        account: str = "",
        client: str = "",
        method: str = "",
        path: str = "",
        count: int | None = None,
        settings: dict[str, Any] | None = None,
    ) -> Fault:
        """Switch a fault on; raises ValueError with a sentence for a name or setting there is not."""
        if name not in _KINDS:
            raise ValueError(f"There is no fault {name!r}; there are {', '.join(NAMES)}.")
        defaults = _KINDS[name].defaults
        for key, value in (settings or {}).items():
            if key not in defaults:
                raise ValueError(f"{name} has no setting {key!r}; it has {', '.join(defaults) or 'none'}.")
            if not _acceptable(value, defaults[key]):
                raise ValueError(f"{value!r} cannot be {key} of {name}; the default is {defaults[key]!r}.")
        fault = Fault(name, account, client, method, path, count, {**defaults, **(settings or {})})
        self.on.append(fault)
        return fault

    def clear(self, name: str = "") -> None:
        """Switch off all faults, or all of one name."""
        self.on = [fault for fault in self.on if name and fault.name != name]

    def take(self, name: str, request: Request) -> Fault | None:
        """Return the fault of this name that strikes the request, counting it; None if there is none."""
        for fault in self.on:
            if fault.name == name and fault.concerns(request):
                return self._strike(fault)
        return None

    def reply(self, request: Request, rule: Callable[[], object] = lambda: None) -> Reply | None:
        """Return what the first fault that has an answer of its own gives, counting it.

        `rule` carries the request out, for faults that hide only the answer.
        """
        for fault in self.on:
            maker = _KINDS[fault.name].reply
            if maker is not None and fault.concerns(request):
                if fault.settings.get("after"):
                    rule()
                return maker(self._strike(fault), request)
        return None

    def _strike(self, fault: Fault) -> Fault:
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                self.on.remove(fault)
        return fault
