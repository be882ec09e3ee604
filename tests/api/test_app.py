"""The ASGI app: who may look, what it says of the house's health, and that no name gets out of its page."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spottypottysense.accounts.model import Mode
from spottypottysense.api.app import create_app
from spottypottysense.api.identity import OwnSignIn
from spottypottysense.api.overview import DecisionLine, Overview, RoomOverview
from spottypottysense.api.status_page import status_page
from spottypottysense.clock import SystemClock
from spottypottysense.runtimes.appliance.front import front_of
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build

NOW = SystemClock().now()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with a household and a room, that does not run."""
    built = build(pretend_settings(tmp_path / "data", "http://127.0.0.1:1"))
    home, _ = built.core.accounts.found("Home", "anna@example.com")
    built.core.sensors.add_room(home.id, "Bath")
    yield built
    built.close()


@pytest.fixture
def app(house: House) -> FastAPI:
    """Its app, with health and figures that are well."""
    front = front_of(house, lambda: {"storage": True}, lambda: (b"figures 1\n", "text/plain"))
    return create_app(front, OwnSignIn(house.core.access))


def ask(
    app: FastAPI, path: str, host: str = "127.0.0.1:8765", client: str | None = "127.0.0.1"
) -> tuple[int, dict[str, str], str]:
    """GET a path as a client at that address would, and return status, headers and body."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", host.encode("latin-1"))],
        "client": (client, 50_000) if client else None,
        "server": ("127.0.0.1", 8765),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]).decode()


@pytest.mark.parametrize("path", ["/app/", "/app/status.css", "/metrics", "/openapi.json", "/"])
@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "[::1]:8765"])
def test_this_machine_may_look(app: FastAPI, path: str, host: str) -> None:
    """By each name that this machine has for itself."""
    assert ask(app, path, host)[0] in (200, 307)


@pytest.mark.parametrize("path", ["/nothing", "//healthz", "/healthz/", "/metrics/", "/appendix"])
@pytest.mark.parametrize("client", ["127.0.0.1", "192.168.1.9"])
def test_what_nobody_opened_is_closed(app: FastAPI, path: str, client: str) -> None:
    """Whoever is not known is asked to sign in, whether or not there is such an address."""
    status, _, body = ask(app, path, client=client)
    assert status == 401
    assert json.loads(body)["error"] == "Unauthorized"


@pytest.mark.parametrize("path", ["/app/nothing", "/metrics"])
@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("127.0.0.1", "192.168.1.9"),
        ("127.0.0.1", "::ffff:192.168.1.9"),
        ("127.0.0.1", None),
        ("evil.example", "127.0.0.1"),
        ("127.0.0.1.evil.example", "127.0.0.1"),
        ("localhost.evil.example:8765", "127.0.0.1"),
        ("192.168.1.2", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("odd_name.evil.example", "127.0.0.1"),
        ("[::1", "127.0.0.1"),
        ("[x]", "127.0.0.1"),
        ("127.0.0.1:port", "127.0.0.1"),
        ("evil.example@127.0.0.1", "127.0.0.1"),
        ("\xff", "127.0.0.1"),
    ],
)
def test_nobody_else_may(app: FastAPI, path: str, host: str, client: str | None) -> None:
    """Neither another machine, nor a page elsewhere whose name was pointed at this one, nor nonsense."""
    status, headers, body = ask(app, path, host, client)
    assert status == 403
    assert json.loads(body)["error"] == "Forbidden"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("host", "client"), [("spotty.local", "192.168.1.9"), ("127.0.0.1", "127.0.0.1")])
def test_health_is_for_everybody(app: FastAPI, host: str, client: str) -> None:
    """It says whether the house works and no more."""
    status, _, body = ask(app, "/healthz", host, client)
    assert (status, body) == (200, '{"status":"ok"}')


def test_unwell_is_503(house: House) -> None:
    """One part that does not work makes the house unwell; which one, strangers are not told."""
    front = front_of(house, lambda: {"storage": True, "mqtt": False}, lambda: (b"", "text/plain"))
    app = create_app(front, OwnSignIn(house.core.access))
    status, _, body = ask(app, "/healthz")
    assert (status, body) == (503, '{"status":"unwell"}')


@pytest.mark.parametrize(
    "path", ["/app/", "/app/status.css", "/metrics", "/healthz", "/openapi.json", "/nothing"]
)
def test_every_answer_is_guarded(app: FastAPI, path: str) -> None:
    """No script, no frame, no guessing of types, nothing kept, nothing told to other pages."""
    _, headers, _ = ask(app, path)
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_without_its_storage_the_page_says_what_is_wrong(house: House, app: FastAPI) -> None:
    """503 and a sentence, not a crash."""
    house.database.close()
    status, headers, body = ask(app, "/app/")
    assert status == 503
    assert "is closed" in json.loads(body)["message"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_description_of_the_api_builds(app: FastAPI) -> None:
    """OpenAPI 3.1, with what is offered to programs."""
    description = json.loads(ask(app, "/openapi.json")[2])
    assert description["openapi"].startswith("3.1")
    assert {"/healthz", "/metrics", "/sign-in"} <= set(description["paths"])


def test_an_empty_house_has_a_page(app: FastAPI) -> None:
    """A room without speaker and sensor, and no decision yet."""
    status, _, page = ask(app, "/app/")
    assert status == 200
    assert "Bath" in page
    assert "no sensor yet" in page
    assert "Nothing has moved yet." in page


def test_a_silent_room_says_why_and_what_to_do(house: House, app: FastAPI) -> None:
    """The card and the decision have the command, with the room's name in it."""
    home = house.core.accounts.households()[0]
    house.core.sensors.add_sensor(home.id, "pir", "Bath")
    house.core.presence.take_in("sensors/pir/motion", b'{"event": "motion_detected"}', house.clock.now())
    page = ask(app, "/app/")[2]
    assert page.count("This room has nobody whose Spotify plays") == 2
    assert page.count("spotty room set Bath --account EMAIL") == 2


def test_a_house_that_was_silenced_says_so(house: House, app: FastAPI) -> None:
    """Nobody has to guess that it is snoozed, or switched to away, or how that ends."""
    home = house.core.accounts.households()[0]
    (room,) = house.core.sensors.rooms(home.id)
    house.core.by_hand.snooze(home.id, timedelta(hours=1), room.id)
    assert "spotty snooze Bath --end" in ask(app, "/app/")[2]
    house.core.by_hand.snooze(home.id, timedelta(hours=1))
    assert "Home: The music is snoozed: not now." in ask(app, "/app/")[2]
    house.core.by_hand.snooze(home.id, None)
    house.core.by_hand.switch(home.id, Mode.AWAY)
    page = ask(app, "/app/")[2]
    assert "Home: The house is switched to away." in page
    assert "spotty switch home" in page
    house.core.by_hand.switch(home.id, Mode.HOME)
    assert 'class="notice"' not in ask(app, "/app/")[2]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Note what is read."""
        self.text += data


def _page(name: str) -> _Elements:
    room = RoomOverview(
        name, name, occupied=True, music="plays", speaker=name, since=NOW, ends_at=NOW, sensors=(name,)
    )
    silent = RoomOverview(
        name,
        name,
        occupied=False,
        music=name,
        speaker=name,
        since=None,
        ends_at=None,
        sensors=(),
        advice="x" + name,
    )
    line = DecisionLine(NOW, name, name, name, name, name, name)
    elements = _Elements()
    elements.feed(status_page(Overview(NOW, (room, silent), (line,), (name,))))
    return elements


_HOSTILE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(["<script>", "</td>", "'", '"', "&lt;", "{at}", "{0}", "%s", "-->", "<!--"])
    ).map("".join),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_HOSTILE)
def test_no_name_becomes_markup(name: str) -> None:
    """Whatever rooms, speakers and sensors are called, the page has the same elements and shows the name."""
    harmless, hostile = _page("Bath"), _page(name)
    assert hostile.tags == harmless.tags
    assert hostile.attributes == harmless.attributes
    shown = re.sub(r"\s+", "", name)
    assert shown in re.sub(r"\s+", "", hostile.text)
