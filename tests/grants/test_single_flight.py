"""However many want a fresh token at once, Spotify is asked once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Barrier
from time import sleep

import pytest

from grants import real as program
from grants.desk import AWAY, Desk
from grants.real import opened
from spottypottysense.errors import Unavailable
from spottypottysense.grants.model import GrantState
from spottypottysense.grants.policy import LEASE, beginning
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import running

PATHS = os.pathsep.join(sys.path)


@pytest.fixture
def url() -> Iterator[str]:
    """A pretend Spotify with the demo's accounts."""
    with running() as base:
        yield base


@contextmanager
def process(data: Path, url: str, *task: str) -> Iterator[subprocess.Popen[str]]:
    """Start another process over the same file; it is ready when this returns, and killed in the end."""
    command = [sys.executable, str(program.__file__), str(data), url, *task]
    pipe = subprocess.PIPE
    environ = {**os.environ, "PYTHONPATH": PATHS}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environ) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
            yield other
        finally:
            other.kill()


def go(other: subprocess.Popen[str]) -> None:
    """Let the process begin."""
    assert other.stdin is not None
    other.stdin.write("go\n")
    other.stdin.flush()


def refreshes(remote: Remote) -> int:
    """Return how often the token endpoint was asked."""
    return sum(request["path"] == "/api/token" for request in remote.requests())


def test_two_processes_and_64_threads(url: str, tmp_path: Path) -> None:
    """All get the one token that one call brought, over one file."""
    remote = Remote(url)
    with opened(tmp_path, url) as here:
        here.connect(remote, "alex")
        remote.post("faults", name="latency", seconds=0.3, path="/api/token")
        with (
            process(tmp_path, url, "race", "alex", "32") as one,
            process(tmp_path, url, "race", "alex", "32") as two,
        ):
            for other in (one, two):
                go(other)
            got = [json.loads(other.stdout.readline()) for other in (one, two) if other.stdout]
        assert got[0] == got[1] == [here.store.grant("alex").access_token.reveal()]
    assert refreshes(remote) == 1


def test_lease_of_a_killed_process(url: str, tmp_path: Path) -> None:
    """Its grant is left alone as long as the lease lasts, and then refreshed."""
    remote = Remote(url)
    with opened(tmp_path, url) as here:
        here.connect(remote, "alex")
        remote.post("faults", name="hang")
        with process(tmp_path, url, "race", "alex", "1") as other:
            go(other)
            while here.store.grant("alex").attempt is None:
                sleep(0.01)
            other.kill()
        remote.clear_faults()
        assert here.grants.refresh_due().skipped == 1
        here.clock.advance(LEASE + timedelta(minutes=1))
        assert here.grants.refresh_due().refreshed == 1
        assert here.store.grant("alex").state is GrantState.WORKING


def ask_together(desk: Desk, threads: int) -> list[str | None]:
    """Return what so many threads get that have all seen the old token; None is `Unavailable`."""
    gate = Barrier(threads)

    def ask() -> str | None:
        gate.wait(10)
        with suppress(Unavailable):
            return desk.grants.access_token_for("anna").reveal()
        return None

    with ThreadPoolExecutor(threads) as pool:
        return [answer.result(20) for answer in [pool.submit(ask) for _ in range(threads)]]


def slowly(_: str) -> None:
    """Take some time to answer, so that everybody comes before the answer does."""
    sleep(0.2)


def test_64_threads(desk: Desk) -> None:
    """They share one answer, and one that is missing."""
    desk.connect()
    desk.provider.step = slowly
    desk.later(60)
    assert len(set(ask_together(desk, 64))) == 1
    assert desk.provider.asked["anna"] == 1
    desk.later(60)
    desk.storm(AWAY)
    assert set(ask_together(desk, 64)) == {None}
    assert desk.provider.asked["anna"] == 2


def test_nobody_waits_for_a_token_that_still_serves(desk: Desk) -> None:
    """While one thread asks, the others go on with the token that lives for some minutes more."""
    old = desk.connect().access_token.reveal()
    desk.provider.step = slowly
    desk.later(56)
    got = ask_together(desk, 8)
    assert got.count(old) >= 7
    assert desk.provider.asked["anna"] == 1


def test_lease_of_another_process_keeps_nobody_waiting(desk: Desk) -> None:
    """The same where the one who asks is another process."""
    old = desk.connect()
    desk.later(56)
    desk.store.save(beginning(old, "other", desk.clock.now()))
    assert desk.token() == old.access_token.reveal()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_random_moments(url: str, tmp_path: Path) -> None:
    """A process that is killed 120 times while it refreshes rotating tokens loses nobody."""
    random, remote, caught_in_the_act = Random(5), Remote(url), 0
    users = [f"user-{number}" for number in range(1, 21)]
    remote.post("accounts", id="user", count=20)
    remote.post("faults", name="rotate", grace=3600.0)
    remote.post("faults", name="latency", seconds=0.01, path="/api/token")
    with opened(tmp_path, url) as here:
        here.connect(remote, *users)
        for _ in range(120):
            with process(tmp_path, url, "live") as other:
                go(other)
                sleep(random.random() * 0.4)
                other.kill()
            caught_in_the_act += any(here.store.grant(user_id).attempt is not None for user_id in users)
        assert caught_in_the_act > 30
        assert refreshes(remote) > 1000
        here.clock.at = max(here.store.grant(user_id).due_at for user_id in users) + timedelta(hours=1)
        report = here.grants.refresh_due()
        assert (report.refreshed, report.errors) == (len(users), ())
        for user_id in users:
            assert here.endpoint.account_of(program.APP, here.grants.access_token_for(user_id))
