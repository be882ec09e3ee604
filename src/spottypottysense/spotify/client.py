"""The one HTTP client: connections, patience, and the gate; nothing else speaks HTTP to Spotify."""

import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout, connection_from_url
from urllib3 import exceptions as http

from spottypottysense import __version__
from spottypottysense.errors import Invalid, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.reasons import Reason
from spottypottysense.spotify.gate import RateGate
from spottypottysense.spotify.refusals import Cure, Face, Refusal, translate
from spottypottysense.spotify.wire import Answer

ACCOUNTS_URL = "https://accounts.spotify.com"
API_URL = "https://api.spotify.com"

_LARGEST_BODY = 4 * 1024 * 1024
_LEAST_TIMEOUT = 0.05
_EVERY_CURE = frozenset(Cure) - {Cure.NOTHING}


class Budget(NamedTuple):
    """How patient a call is: tries and total time, and which cures it may wait for.

    A try with a new token after a 401 is not counted; there is at most one.
    """

    tries: int
    total: timedelta
    cures: frozenset[Cure] = _EVERY_CURE


@dataclass(frozen=True, repr=False)
class Call:
    """One call; without a `repr`, because headers and body hold secrets.

    `path` holds its query; `bearer` returns an access token, given the one that was just refused;
    `speaker` is the id that a 404 is about.
    """

    face: Face
    client_id: str
    method: str
    path: str
    budget: Budget
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    bearer: Callable[[Secret | None], Secret] | None = None
    speaker: str = ""


class Client:
    """Keeps connections alive and shares them between all threads.

    Plain http is accepted for this machine only. `connect` and `read` are timeouts of one try. `sleep`
    and `monotonic` (seconds, real time) and `tls` (makes the one SSL context, at the first https call,
    because it costs 20 ms) are handed in by tests only. `observe` is told the seconds that each try took.
    """

    def __init__(
        self,
        accounts_url: str = ACCOUNTS_URL,
        api_url: str = API_URL,
        *,
        connect: timedelta = timedelta(seconds=3),
        read: timedelta = timedelta(seconds=8),
        connections: int = 64,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        observe: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.accounts_url = _checked(accounts_url, "SPOTTY_SPOTIFY_ACCOUNTS_URL")
        self.api_url = _checked(api_url, "SPOTTY_SPOTIFY_API_URL").removesuffix("/v1")
        self._connect = connect.total_seconds()
        self._read = read.total_seconds()
        self._connections = connections
        self._sleep = sleep
        self._monotonic = monotonic
        self._tls = tls
        self._observe = observe
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._pools: dict[str, HTTPConnectionPool] = {}
        self._gates: dict[tuple[str, Face], RateGate] = {}

    def send(self, call: Call) -> Answer:
        """Return the first 2xx answer that the budget allows.

        Raises what `refusals.translate` makes of the last answer, `Unavailable` if there was none, and
        `Unavailable` without touching the network while the gate is closed.
        """
        gate = self._gate(call)
        gate.check()
        token = call.bearer(None) if call.bearer else None
        deadline = self._monotonic() + call.budget.total.total_seconds()
        tries, renewed = 1, False
        while True:
            outcome = self._try(call, token, deadline)
            if isinstance(outcome, Answer):
                return outcome
            self._close_gate(gate, outcome)
            if outcome.cure is Cure.NEW_TOKEN and call.bearer and not renewed:
                token, renewed = call.bearer(token), True
            elif tries < call.budget.tries and outcome.cure in call.budget.cures - {Cure.NEW_TOKEN}:
                self._wait(outcome, tries, deadline)
                tries += 1
            else:
                raise outcome.error
            gate.check()

    def _wait(self, refusal: Refusal, tries: int, deadline: float) -> None:
        """Sleep before the next try, or raise the refusal if the deadline leaves no time for it.

        Spotify's own wait wins; without one it is about 0.2 s, doubled each time. The jitter keeps
        threads that were refused together from coming back together.
        """
        asked = refusal.error.retry_after if isinstance(refusal.error, Unavailable) else None
        wait = asked.total_seconds() if asked is not None else 0.1 * 2**tries
        wait += random.uniform(0, 0.1 * 2**tries)  # noqa: S311  jitter is no secret
        if self._monotonic() + wait >= deadline:
            raise refusal.error
        self._sleep(wait)

    def _try(self, call: Call, token: Secret | None, deadline: float) -> Answer | Refusal:
        """Make one HTTP exchange, within the deadline; the answer is one of 2xx."""
        began = self._monotonic()
        left = max(deadline - began, _LEAST_TIMEOUT)
        try:
            answer = self._answer(call, self._exchange(call, token, left), deadline)
        except http.SSLError:
            unsafe = "There is no safe connection to Spotify: check this machine's clock and CA certificates."
            return Refusal(Unavailable(unsafe), Cure.LATER)
        except (http.NewConnectionError, http.ConnectTimeoutError):
            unreachable = "Spotify cannot be reached: check this machine's connection to the Internet."
            return Refusal(Unavailable(unreachable), Cure.ASK_AGAIN)
        except http.TimeoutError:
            return Refusal(Unavailable("Spotify did not answer in time."), Cure.LATER)
        except http.HTTPError:
            return Refusal(Unavailable("Spotify broke off the connection."), Cure.LATER)
        finally:
            self._observe(self._monotonic() - began)
        if 200 <= answer.status < 300:
            return answer
        return translate(answer, call.face, call.speaker)

    def _exchange(self, call: Call, token: Secret | None, left: float) -> BaseHTTPResponse:
        """Send the request and return as soon as the head of the answer is there."""
        origin = self.accounts_url if call.face is Face.ACCOUNTS else self.api_url
        headers = {"User-Agent": f"SpottyPottySense/{__version__}", **call.headers}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.reveal()}"
        return self._pool(origin).urlopen(
            call.method,
            urlsplit(origin).path + call.path,
            headers=headers,
            body=call.body,
            timeout=Timeout(connect=min(self._connect, left), read=min(self._read, left)),
            retries=False,
            redirect=False,
            preload_content=False,
        )

    def _answer(self, call: Call, response: BaseHTTPResponse, deadline: float) -> Answer:
        """Read the answer; a command's 2xx counts whatever becomes of the body."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            body = self._body(response, deadline)
        except http.HTTPError:
            if call.method != "PUT" or not 200 <= response.status < 300:
                raise
            body = b""
        return Answer(response.status, headers, body)

    def _body(self, response: BaseHTTPResponse, deadline: float) -> bytes:
        """Read the body piece by piece: a trickle or a flood must not outlast the budget."""
        body = bytearray()
        while piece := response.read1(65536):
            body += piece
            if len(body) > _LARGEST_BODY or self._monotonic() > deadline:
                response.close()
                raise http.HTTPError
        return bytes(body)

    def _pool(self, origin: str) -> HTTPConnectionPool:
        """Return the connections to one host, made at the first call.

        A pool that finds the host for each call, as `PoolManager` does, costs a third of the call's CPU.
        """
        with self._lock:
            if origin not in self._pools:
                tls = {"ssl_context": self._one_context()} if origin.startswith("https:") else {}
                self._pools[origin] = connection_from_url(origin, maxsize=self._connections, **tls)
            return self._pools[origin]

    def _one_context(self) -> ssl.SSLContext:
        self._context = self._context or self._tls()
        return self._context

    def _gate(self, call: Call) -> RateGate:
        with self._lock:
            return self._gates.setdefault((call.client_id, call.face), RateGate(self._monotonic))

    def _close_gate(self, gate: RateGate, refusal: Refusal) -> None:
        error = refusal.error
        if refusal.cure is Cure.OBEY and isinstance(error, Unavailable) and error.retry_after:
            gate.close(error.retry_after, error.reason)


def _checked(url: str, setting: str) -> str:
    """Return the URL without its last slash; tokens travel by https, or never leave this machine."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = parts.username is None and not parts.query and not parts.fragment
    if host and plain and (parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))):
        return parts.geturl().rstrip("/")
    message = (
        f"{setting} is no address at which Spotify can be asked: write https://HOST, or "
        "http://127.0.0.1:PORT for a pretend Spotify on this machine."
    )
    raise Invalid(message, field=setting, reason=Reason.INVALID)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
