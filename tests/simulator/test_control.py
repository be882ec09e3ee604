"""The control API sets the stage, tells what was asked, and refuses nonsense in sentences."""

import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.caller import Caller
from spottypottysense.simulator.app import App
from spottypottysense.simulator.request_log import RequestLog
from spottypottysense.simulator.server import Running, spawn
from spottypottysense.simulator.wire import Request
from spottypottysense.simulator.world import World

PATHS = [
    ("PUT", "/v1/me/player"),
    ("PUT", "/v1/me/player/play"),
    ("PUT", "/v1/me/player/pause"),
    ("POST", "/api/token"),
    ("POST", "/_control/apps"),
    ("POST", "/_control/accounts"),
    ("POST", "/_control/speakers"),
    ("POST", "/_control/grants"),
    ("POST", "/_control/revoke"),
    ("POST", "/_control/clock"),
    ("POST", "/_control/accounts/alex/act"),
    ("POST", "/_control/speakers/kitchen"),
]


def test_requests_are_noted(spotify: Caller) -> None:
    """Each call is noted at its arrival with whose it was, which device, and its status."""
    last = spotify.control("DELETE", "requests")["last"]
    device = spotify.speaker("kitchen")["id"]
    before = time.monotonic_ns()
    spotify.play("kitchen")
    spotify.call("PUT", "/v1/me/player", json={"device_ids": [device]})
    spotify.call("GET", "/v1/me", token="nobody's")
    spotify.refresh(spotify.grant("sam")["refresh_token"])
    noted = spotify.control("GET", f"requests?since={last}")["requests"]
    assert [
        (each["method"], each["path"], each["account"], each["device_id"], each["status"]) for each in noted
    ] == [
        ("PUT", "/v1/me/player/play", "alex", device, 204),
        ("PUT", "/v1/me/player", "alex", device, 204),
        ("GET", "/v1/me", "", "", 401),
        ("POST", "/api/token", "sam", "", 200),
    ]
    times = [each["monotonic_ns"] for each in noted]
    moments = [before, *times, time.monotonic_ns()]
    assert moments == sorted(moments)
    assert [each["n"] for each in noted] == [last + 1, last + 2, last + 3, last + 4]
    later = spotify.control("GET", f"requests?since={last + 2}&limit=1")["requests"]
    assert [each["n"] for each in later] == [last + 3]


def test_the_ring_forgets_the_oldest() -> None:
    """The log is bounded and its numbers go on."""
    log = RequestLog(size=3)
    for _ in range(5):
        log.arrived(Request("GET", "/v1/me"))
    assert [row["n"] for row in log.since(0, 10)] == [3, 4, 5]
    assert [row["n"] for row in log.since(4, 10)] == [5]
    log.clear()
    assert log.since(0, 10) == []
    assert log.arrived(Request("GET", "/v1/me"))[0] == 6


def test_state_hides_secrets(spotify: Caller) -> None:
    """The state shows grants and apps without what opens them."""
    grant = spotify.grant()
    shown = json.dumps(spotify.control("GET", "state"))
    assert "demo-secret" not in shown
    assert grant["access_token"] not in shown
    assert grant["refresh_token"] not in shown
    assert "Morning in the bathroom" in shown


def test_a_crowd_for_benchmarks(spotify: Caller) -> None:
    """Many accounts and their grants are two calls."""
    spotify.control("POST", "reset", world="empty")
    spotify.control("POST", "apps", client_id="c", secret="s")
    crowd = spotify.control("POST", "accounts", id="user", count=500)["accounts"]
    names = [each["id"] for each in crowd]
    assert (names[0], names[-1]) == ("user-1", "user-500")
    grants = spotify.control("POST", "grants", client_id="c", accounts=names)["grants"]
    assert len({each["refresh_token"] for each in grants}) == 500


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "nonsense", {}),
        ("GET", "requests?since=x", None),
        ("POST", "apps", {}),
        ("POST", "apps", {"client_id": "c", "colour": "red"}),
        ("POST", "accounts", {"id": "alex"}),
        ("POST", "accounts/nobody/act", {"do": "play"}),
        ("POST", "accounts/alex/act", {"do": "dance"}),
        ("POST", "accounts/sam/act", {"do": "play", "speaker": "iphone"}),
        ("POST", "accounts/alex/act", {"do": "play", "context_uri": "spotify:playlist:short"}),
        ("POST", "speakers", {"name": "Kitchen", "key": "kitchen"}),
        ("POST", "speakers", {"name": "X", "quirks": {"explodes": True}}),
        ("POST", "speakers/nothing", {"do": "open"}),
        ("POST", "speakers/kitchen", {"do": "explode"}),
        ("POST", "grants", {"client_id": "stranger", "accounts": []}),
        ("POST", "clock", {"advance": -1}),
        ("POST", "reset", {"world": "mars"}),
    ],
)
def test_wrong_requests(spotify: Caller, method: str, path: str, body: Any) -> None:
    """A wrong control request is a 400 with a sentence, never half done."""
    reply = spotify.http.request(method, f"{spotify.base}/_control/{path}", json=body)
    assert reply.status == 400
    assert reply.json()["error"].endswith(".")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(PATHS),
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["do", "name", "uris", "offset", "device_ids", "play", "position_ms", "id"]),
                inner,
                max_size=4,
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
)
def test_no_body_breaks_it(spotify: Caller, target: tuple[str, str], body: bytes) -> None:
    """Whatever the body is, the answer is Spotify's refusal, never a fault of ours."""
    method, path = target
    kind = "application/x-www-form-urlencoded" if path == "/api/token" else "application/json"
    reply = spotify.call(method, path, body=body, headers={"content-type": kind})
    assert reply.status < 500, reply.data


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40), st.binary(max_size=30))
def test_no_form_or_header_breaks_it(spotify: Caller, noise: bytes, secret: bytes) -> None:
    """Whatever stands in a form's values or in the Basic header, the answer is a refusal."""
    body = b"grant_type=refresh_token&refresh_token=" + noise
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": "Basic " + secret.hex()}
    reply = spotify.http.request("POST", f"{spotify.base}/api/token", headers=headers, body=body)
    assert reply.status == 400


def test_a_huge_body_is_refused(spotify: Caller) -> None:
    """More than a megabyte is not read."""
    reply = spotify.call("PUT", "/v1/me/player/play", body=b" " * 1_500_000)
    assert reply.status == 413


def test_habits_can_be_given_later(spotify: Caller) -> None:
    """A speaker in place can get habits, and be turned up by hand."""
    changed = spotify.control(
        "POST", "speakers/kitchen", do="quirks", quirks={"sleeps_after": 5, "null_id": True}
    )
    assert changed["quirks"]["sleeps_after"] == 5
    assert spotify.control("POST", "speakers/kitchen", do="volume", percent=90)["volume"] == 90


def test_its_own_process() -> None:
    """A benchmark's simulator runs apart, with the latency asked for, and is gone afterwards."""
    with spawn(latency=0.1) as base:
        caller = Caller(base)
        caller.token = caller.grant()["access_token"]
        started = time.monotonic()
        assert caller.call("GET", "/v1/me").status == 200
        assert time.monotonic() - started >= 0.1
    with pytest.raises(OSError, match="refused"):
        _connect(base)


def _connect(base: str) -> None:
    host, _, port = base.removeprefix("http://").rpartition(":")
    socket.create_connection((host, int(port)), timeout=1).close()


def test_it_leaves_with_its_parent() -> None:
    """When the process that spawned it is killed, the simulator ends by itself."""
    script = (
        "import time; from spottypottysense.simulator.server import spawn\n"
        "with spawn(empty=True) as base:\n    print(base, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        base = parent.stdout.readline().strip()
        assert Caller(base).control("GET", "state")["accounts"] == []
        parent.kill()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            _connect(base)
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the simulator outlived its parent")


def test_it_stops_while_calls_hang(capfd: pytest.CaptureFixture[str]) -> None:
    """Stopping drops calls that hang, at once and without a word."""
    simulator = Running()
    simulator.start()
    caller = Caller(simulator.base_url)
    caller.control("POST", "faults", name="hang")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(caller.call, "GET", "/v1/me", token="x")
        deadline = time.monotonic() + 5
        while not caller.control("GET", "requests")["requests"] and time.monotonic() < deadline:
            time.sleep(0.01)
        simulator.stop()
        assert isinstance(call.exception(5), urllib3.exceptions.ProtocolError)
    assert capfd.readouterr().err == ""


def test_a_taken_port_is_told() -> None:
    """A port that is in use is named in the error."""
    first = Running()
    port = int(first.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
        Running(port=port)
    first.start()
    first.stop()


def test_a_world_of_ones_own_stays_empty() -> None:
    """A given world is used as it is."""
    assert App(World()).world.accounts == {}
