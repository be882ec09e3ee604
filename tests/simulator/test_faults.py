"""Every fault can be switched on by name, for some, for a while, and off again."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3

from simulator.caller import Caller, refusal
from spottypottysense.simulator.faults import NAMES


@pytest.mark.parametrize(
    ("fault", "path", "status", "content"),
    [
        ({"name": "rate_limited", "retry_after": 7}, "/v1/me", 429, b"API rate limit exceeded"),
        ({"name": "quota_exceeded"}, "/v1/me", 429, b"QUOTA_EXCEEDED"),
        ({"name": "server_error", "status": 502}, "/v1/me", 502, b"<html>"),
        ({"name": "empty_200"}, "/v1/me", 200, b""),
        ({"name": "plain_403"}, "/v1/me", 403, b"Developer Dashboard"),
        ({"name": "access_token_missing"}, "/v1/me", 401, b"Access token missing"),
        ({"name": "server_error"}, "/api/token", 503, b"<html>"),
        ({"name": "html_200"}, "/api/token", 200, b"<html>"),
        ({"name": "false_invalid_grant"}, "/api/token", 400, b"Refresh token revoked"),
        ({"name": "rate_limited"}, "/api/token", 429, b"limit"),
    ],
)
def test_answers(spotify: Caller, fault: dict[str, Any], path: str, status: int, content: bytes) -> None:
    """A fault answers in place of the rule, as often as it was asked to, and nothing is done."""
    spotify.control("POST", "faults", **fault, path=path, count=1)
    refresh_token = spotify.grant()["refresh_token"]

    def call() -> urllib3.BaseHTTPResponse:
        return spotify.refresh(refresh_token) if path == "/api/token" else spotify.call("GET", path)

    struck = call()
    assert struck.status == status
    assert content in struck.data
    assert ("retry-after" in struck.headers) == (status == 429)
    assert call().json()


def test_retry_after_is_what_was_asked(spotify: Caller) -> None:
    """The seconds of Retry-After are the fault's setting."""
    spotify.control("POST", "faults", name="rate_limited", retry_after=48_925)
    assert spotify.call("GET", "/v1/me").headers["retry-after"] == "48925"
    spotify.control("DELETE", "faults?name=rate_limited")
    assert spotify.call("GET", "/v1/me").status == 200


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("no_effect", 204, b""),
        ("restriction", 403, b"Restriction violated"),
        ("malformed_json", 400, b"Malformed json"),
    ],
)
def test_commands_in_vain(spotify: Caller, name: str, status: int, words: bytes) -> None:
    """A command may be accepted without effect, or refused without a good reason."""
    spotify.control("POST", "faults", name=name, count=1)
    reply = spotify.play()
    assert (reply.status, words in reply.data) == (status, True)
    assert not spotify.account()["playing"]
    assert spotify.play().status == 204


@pytest.mark.parametrize("after", [False, True])
def test_a_stumble_may_hide_a_success(spotify: Caller, after: bool) -> None:
    """Spotify may answer 5xx although the command was carried out."""
    spotify.control("POST", "faults", name="server_error", after=after, count=1)
    assert spotify.play().status == 503
    assert spotify.account()["playing"] is after


def test_commands(spotify: Caller) -> None:
    """An accepted command may be answered with text; Premium may be denied for a moment."""
    spotify.control("POST", "faults", name="opaque_2xx", status=202, count=1)
    spotify.control("POST", "faults", name="premium_transient", path="/v1/me/player/pause", count=1)
    played = spotify.play()
    assert played.status == 202
    assert played.data
    assert refusal(spotify.call("PUT", "/v1/me/player/pause"))[2] == "PREMIUM_REQUIRED"
    assert spotify.call("PUT", "/v1/me/player/pause").status == 204


def test_for_whom(spotify: Caller) -> None:
    """A fault for one account, client, method or path leaves the others alone."""
    sam = spotify.grant("sam")["access_token"]
    pkce = spotify.grant("alex", "demo-pkce")["access_token"]
    for narrowed, struck in (
        ({"account": "sam"}, [200, 503, 200]),
        ({"client": "demo-pkce"}, [200, 200, 503]),
        ({"path": "/v1/me/player"}, [200, 200, 200]),
        ({"method": "PUT"}, [200, 200, 200]),
        ({}, [503, 503, 503]),
    ):
        spotify.control("POST", "faults", name="server_error", **narrowed)
        assert [spotify.call("GET", "/v1/me", token=each).status for each in (None, sam, pkce)] == struck
        spotify.control("DELETE", "faults")


@pytest.mark.parametrize("name", ["disconnect", "hang"])
@pytest.mark.parametrize("after", [False, True])
def test_lost_answers(spotify: Caller, name: str, after: bool) -> None:
    """The connection breaks or stays silent; with `after` the command was carried out all the same."""
    device = spotify.speaker("kitchen")["id"]
    spotify.control("POST", "faults", name=name, after=after, count=1)
    path = f"/v1/me/player/play?device_id={device}"
    with pytest.raises((urllib3.exceptions.ProtocolError, urllib3.exceptions.ReadTimeoutError)):
        spotify.call("PUT", path, json={"uris": ["spotify:track:" + "a" * 22]}, timeout=0.3)
    assert spotify.account()["playing"] is after


def test_hundreds_of_slow_calls_at_once(spotify: Caller) -> None:
    """Slow calls wait side by side, not in a row."""
    spotify.control("POST", "faults", name="latency", seconds=0.5)
    http = urllib3.PoolManager(maxsize=100, timeout=20, retries=False)
    headers = {"authorization": f"Bearer {spotify.token}"}
    started = time.monotonic()
    with ThreadPoolExecutor(100) as pool:
        calls = [
            pool.submit(http.request, "GET", f"{spotify.base}/v1/me", headers=headers) for _ in range(200)
        ]
        assert {call.result().status for call in calls} == {200}
    assert 1.0 <= time.monotonic() - started < 10


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "nonsense"},
        {"name": "latency", "minutes": 3},
        {"name": "latency", "seconds": -1},
        {"name": "server_error", "status": "503"},
        {"name": "hang", "after": 1},
        {"name": "rate_limited", "count": 0},
    ],
)
def test_wrong_faults(spotify: Caller, fault: dict[str, Any]) -> None:
    """A fault that there is not is a 400 with a sentence."""
    reply = spotify.http.request("POST", f"{spotify.base}/_control/faults", json=fault)
    assert reply.status == 400
    assert reply.json()["error"].endswith(".")


def test_all_faults_can_be_switched_on(spotify: Caller) -> None:
    """Every name is accepted with its defaults and shown in the state."""
    for name in NAMES:
        spotify.control("POST", "faults", name=name)
    assert [each["name"] for each in spotify.control("GET", "state")["faults"]] == list(NAMES)
