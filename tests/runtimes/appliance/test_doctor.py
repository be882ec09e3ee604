"""The doctor: each thing that can be wrong, told with what to do about it."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.living import make_due
from spottypottysense.grants.policy import RETESTS
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.doctor import Finding, examine
from spottypottysense.runtimes.appliance.settings import read
from spottypottysense.runtimes.appliance.stage import furnish
from spottypottysense.runtimes.appliance.story import PLANS
from spottypottysense.runtimes.appliance.wiring import build
from spottypottysense.simulator.demo_world import OWNER, PARTNER
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import running


@pytest.fixture(scope="module")
def spotify() -> Iterator[Remote]:
    """A pretend Spotify that answers."""
    with running() as url:
        yield Remote(url)


@pytest.fixture
def environ(tmp_path: Path, spotify: Remote) -> dict[str, str]:
    """An installation with nothing wrong, and nothing in it yet."""
    return {
        "SPOTTY_DATA": str(tmp_path / "data"),
        "SPOTTY_HTTP_PORT": "0",
        "SPOTTY_MQTT_PORT": "0",
        "SPOTTY_SPOTIFY_ACCOUNTS_URL": spotify.base_url,
        "SPOTTY_SPOTIFY_API_URL": spotify.base_url,
        "SPOTTY_SPOTIFY_CLIENT_ID": "demo-client",
        "SPOTTY_SPOTIFY_CLIENT_SECRET": "demo-secret",
    }


def _found(environ: dict[str, str], subject: str) -> Finding:
    findings = [finding for finding in examine(environ) if finding.subject == subject]
    assert findings, f"nothing about {subject}"
    return findings[0]


def test_nothing_is_wrong_with_a_fresh_installation(environ: dict[str, str]) -> None:
    """And it says how to begin."""
    assert [finding for finding in examine(environ) if not finding.well] == []
    assert "spotty user add" in _found(environ, "house").sentence


def test_wrong_settings_come_first(environ: dict[str, str]) -> None:
    """With them nothing else can be looked at."""
    (finding,) = examine(environ | {"SPOTTY_HTP_PORT": "1"})
    assert not finding.well
    assert "SPOTTY_HTTP_PORT" in finding.sentence


def test_a_directory_that_others_read(environ: dict[str, str], tmp_path: Path) -> None:
    """The sentence holds the command that mends it."""
    (tmp_path / "data").mkdir(mode=0o755)
    assert f"chmod 700 {tmp_path / 'data'}" in _found(environ, "data").sentence


def test_a_file_in_place_of_the_directory(environ: dict[str, str], tmp_path: Path) -> None:
    """It is no directory."""
    (tmp_path / "data").write_text("")
    finding = _found(environ, "data")
    assert not finding.well
    assert "no directory" in finding.sentence


def test_a_port_that_somebody_has(environ: dict[str, str]) -> None:
    """The appliance could not start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finding = _found(environ | {"SPOTTY_HTTP_PORT": str(taken.getsockname()[1])}, "appliance")
    assert not finding.well
    assert "SPOTTY_HTTP_PORT" in finding.sentence


def test_an_ipv6_address_is_no_trouble(environ: dict[str, str]) -> None:
    """A free port is found free there too."""
    assert _found(environ | {"SPOTTY_HTTP_HOST": "::1"}, "appliance").well


def test_no_app_is_set(environ: dict[str, str]) -> None:
    """Without a client id nobody can connect."""
    bare = {name: value for name, value in environ.items() if "CLIENT" not in name}
    assert "SPOTTY_SPOTIFY_CLIENT_ID" in _found(bare, "spotify app").sentence


def test_spotify_out_of_reach(environ: dict[str, str]) -> None:
    """Nobody answers at its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    finding = _found(environ | {"SPOTTY_SPOTIFY_ACCOUNTS_URL": f"http://127.0.0.1:{port}"}, "spotify")
    assert not finding.well
    assert "is there internet?" in finding.sentence


@pytest.mark.parametrize(("ahead", "well"), [(timedelta(0), True), (timedelta(hours=1), False)])
def test_a_clock_that_is_off(environ: dict[str, str], ahead: timedelta, well: bool) -> None:
    """Spotify's own clock is the measure."""
    date = f"{datetime.now(UTC) + ahead:%a, %d %b %Y %H:%M:%S} GMT"
    with _dated(date) as url:
        findings = {f.subject: f for f in examine(environ | {"SPOTTY_SPOTIFY_ACCOUNTS_URL": url})}
    assert findings["spotify"].well
    assert ("clock" not in findings) == well


def test_a_date_that_is_none_is_passed_over(environ: dict[str, str]) -> None:
    """A server that says nonsense tells nothing about our clock."""
    with _dated("tomorrow") as url:
        assert _found(environ | {"SPOTTY_SPOTIFY_ACCOUNTS_URL": url}, "spotify").well


def test_a_database_that_is_damaged(environ: dict[str, str], tmp_path: Path) -> None:
    """The sentence says so, and no traceback does."""
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "spotty.db").write_bytes(b"no database at all" * 100)
    finding = _found(environ, "database")
    assert not finding.well
    assert "restore a backup" in finding.sentence


def test_a_house_that_runs(environ: dict[str, str], spotify: Remote) -> None:
    """A furnished house that runs is well; its people, rooms and silent sensors are named."""
    spotify.post("reset")
    house = build(read(environ))
    furnish(house, spotify, PLANS, timedelta(seconds=5), timedelta(0))
    appliance = Appliance(house)
    appliance.start()
    try:
        findings = {finding.subject: finding for finding in examine(environ)}
        assert [finding for finding in findings.values() if not finding.well] == []
        assert appliance.url in findings["appliance"].sentence
        assert findings[f"{OWNER}@example.com"].sentence.startswith("Connected. The consent ends on ")
        assert "bathroom-pir" in findings["room Bathroom"].sentence
        house.database.close()
        assert "unwell" in _found(environ, "appliance").sentence
    finally:
        appliance.stop()


def test_a_house_with_gaps(environ: dict[str, str], spotify: Remote) -> None:
    """A doubted grant, a person without Spotify and an empty room are told apart."""
    spotify.post("reset")
    house = build(read(environ))
    furnish(house, spotify, PLANS[:1], timedelta(seconds=5), timedelta(0))
    core = house.core
    (home,) = core.accounts.households()
    core.accounts.add_member(home.id, "guest@example.com")
    core.sensors.add_room(home.id, "Attic")
    spotify.post("revoke", account=OWNER)
    make_due(house)
    core.grants.refresh_due()
    house.close()
    findings = {finding.subject: finding for finding in examine(environ)}
    guest = findings["guest@example.com"]
    assert guest.well
    assert "has not connected Spotify" in guest.sentence
    assert "Run `spotty connect guest@example.com`." in guest.sentence
    owner = findings[f"{OWNER}@example.com"]
    assert not owner.well
    assert owner.sentence.startswith("Doubted: ")
    assert "spotty connect" not in owner.sentence
    attic = findings["room Attic"].sentence
    assert "a speaker or music or an account or a sensor" in attic


def test_grants_that_people_have_to_mend(environ: dict[str, str], spotify: Remote) -> None:
    """A dead grant is its user's, an app that is refused the operator's, and seats are counted."""
    spotify.post("reset")
    house = build(read(environ))
    furnish(house, spotify, PLANS, timedelta(seconds=5), timedelta(0))
    spotify.post("revoke", account=OWNER)
    for _ in range(1 + len(RETESTS)):
        make_due(house)
        house.core.grants.refresh_due()
    findings = {finding.subject: finding for finding in examine(environ | {"SPOTTY_SPOTIFY_SEATS": "1"})}
    owner = findings[f"{OWNER}@example.com"]
    assert not owner.well
    assert f"Run `spotty connect {OWNER}@example.com`." in owner.sentence
    assert findings[f"{PARTNER}@example.com"].well
    seats = findings["spotify app demo-client"]
    assert not seats.well
    assert "2 of 1 seats" in seats.sentence
    house.core.notices.tell("demo-client", Reason.APP_MISCONFIGURED)
    house.close()
    findings = {finding.subject: finding for finding in examine(environ)}
    partner = findings[f"{PARTNER}@example.com"]
    assert not partner.well
    assert "Client id or client secret are wrong" in partner.sentence
    assert "spotty connect" not in partner.sentence
    gone = {finding.subject: finding for finding in examine(environ | {"SPOTTY_SPOTIFY_CLIENT_ID": "new"})}
    assert "is not set any more" in gone[f"{PARTNER}@example.com"].sentence


@contextmanager
def _dated(date: str) -> Iterator[str]:
    """Serve answers that bear this date."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("Date", date)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
