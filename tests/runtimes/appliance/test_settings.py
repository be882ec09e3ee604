import contextlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.errors import Invalid
from spottypottysense.grants.model import Secret
from spottypottysense.runtimes.appliance import settings
from spottypottysense.runtimes.appliance.settings import TABLE, read, shown


def problems(environ: dict[str, str], overrides: dict[str, str] | None = None) -> str:
    """Return what is told about these settings."""
    with pytest.raises(Invalid) as caught:
        read(environ, overrides)
    return str(caught.value)


def test_without_any_variable_everything_stays_on_this_machine() -> None:
    """The defaults listen on loopback, at the two ports of the documentation."""
    got = read({})
    assert (got.http_host, got.http_port) == ("127.0.0.1", 8765)
    assert (got.mqtt_host, got.mqtt_port, got.mqtt_names) == ("127.0.0.1", 8883, ())
    assert got.data == Path.home() / ".local/share/spotty"
    assert got.key_file == got.data / "grants.key"
    assert (got.tick, got.stale_after) == (timedelta(seconds=1), timedelta(minutes=1))
    assert (got.stuck_after, got.retention) == (timedelta(hours=4), timedelta(days=30))
    assert (got.refresh, got.spotify_seats, got.notify_urls) == (timedelta(minutes=1), 5, None)
    assert (got.mqtt_url, got.spotify_client_secret, got.house_clock) == (None, None, None)


def test_values_are_parsed() -> None:
    """Every kind of value arrives as its type."""
    got = read(
        {
            "SPOTTY_DATA": "/srv/spotty",
            "SPOTTY_HTTP_PORT": "0",
            "SPOTTY_MQTT_NAMES": "hub.local, 192.168.1.5",
            "SPOTTY_SPOTIFY_CLIENT_ID": "abc",
            "SPOTTY_SPOTIFY_CLIENT_SECRET": "hush",
            "SPOTTY_SPOTIFY_API_URL": "http://127.0.0.1:9000/v1/",
            "SPOTTY_SPOTIFY_REDIRECT_URI": "https://house.example/callback/",
            "SPOTTY_NOTIFY_URLS": "json://me:hush@127.0.0.1 ntfy://topic",
            "SPOTTY_REFRESH_MINUTES": "0.5",
            "SPOTTY_TICK": "0.25",
            "SPOTTY_LOG_LEVEL": "DEBUG",
        }
    )
    assert got.key_file == Path("/srv/spotty/grants.key")
    assert got.http_port == 0
    assert got.mqtt_names == ("hub.local", "192.168.1.5")
    assert got.spotify_client_secret == Secret("hush")
    assert got.spotify_api_url == "http://127.0.0.1:9000/v1"
    assert got.spotify_redirect_uri == "https://house.example/callback/"
    assert got.notify_urls == Secret("json://me:hush@127.0.0.1 ntfy://topic")
    assert got.refresh == timedelta(seconds=30)
    assert (got.tick, got.log_level) == (timedelta(seconds=0.25), "debug")


def test_the_command_line_comes_first() -> None:
    """An override beats the variable and the file, which is then not even opened."""
    environ = {"SPOTTY_HTTP_PORT": "1", "SPOTTY_DATA_FILE": "/nowhere"}
    got = read(environ, {"SPOTTY_HTTP_PORT": "2", "SPOTTY_DATA": "/srv"})
    assert (got.http_port, got.data) == (2, Path("/srv"))


def test_all_problems_are_told_at_once_with_the_nearest_name() -> None:
    """Nobody has to mend one problem to hear of the next."""
    told = problems({"SPOTTY_HTTP_PROT": "1", "SPOTTY_MQTT_PORT": "many", "SPOTTY_COLOUR": "red"})
    assert "SPOTTY_HTTP_PROT is no setting. Did you mean SPOTTY_HTTP_PORT?" in told
    assert "SPOTTY_MQTT_PORT must be a whole number from 0 to 65535." in told
    assert "SPOTTY_COLOUR is no setting." in told


def test_others_variables_and_the_tests_own_are_left_alone() -> None:
    """Only names that begin with SPOTTY_ are ours, and those of the test suite are not."""
    read({"PATH": "/bin", "SPOTTY_TEST_STRICT": "1", "SPOTTY_HTTP_HOST": " "})


def test_a_file_may_hold_the_value(tmp_path: Path) -> None:
    """`NAME_FILE` is read and trimmed, also for the setting whose own name ends in _FILE."""
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    place = tmp_path / "place"
    place.write_text("/srv/seal.key\n")
    got = read(
        {
            "SPOTTY_SPOTIFY_CLIENT_ID": "abc",
            "SPOTTY_SPOTIFY_CLIENT_SECRET_FILE": str(secret),
            "SPOTTY_KEY_FILE_FILE": str(place),
        }
    )
    assert got.spotify_client_secret == Secret("hush")
    assert got.key_file == Path("/srv/seal.key")


def test_a_file_that_cannot_serve_is_a_problem(tmp_path: Path) -> None:
    """A missing file, one that is no text, and a value given twice are each told."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
    told = problems(
        {
            "SPOTTY_SPOTIFY_CLIENT_ID_FILE": str(tmp_path / "none"),
            "SPOTTY_HTTP_HOST_FILE": str(tmp_path / "bytes"),
            "SPOTTY_HTTP_PORT": "1",
            "SPOTTY_HTTP_PORT_FILE": str(tmp_path / "none"),
        }
    )
    assert "SPOTTY_SPOTIFY_CLIENT_ID_FILE" in told
    assert "No such file" in told
    assert "it is not text" in told
    assert "SPOTTY_HTTP_PORT and SPOTTY_HTTP_PORT_FILE are both set: keep one." in told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SPOTTY_HTTP_PORT", "65536"),
        ("SPOTTY_HTTP_PORT", "-1"),
        ("SPOTTY_HTTP_PORT", "\u0661"),
        ("SPOTTY_TICK", "0"),
        ("SPOTTY_TICK", "nan"),
        ("SPOTTY_DATA", "~nobody-of-this-name/data"),
        ("SPOTTY_LOG_FORMAT", "xml"),
        ("SPOTTY_MQTT_NAMES", "a b"),
        ("SPOTTY_MQTT_URL", "http://broker"),
        ("SPOTTY_MQTT_URL", "mqtts://broker/path"),
        ("SPOTTY_MQTT_URL", "mqtts://me:hush@broker"),
        ("SPOTTY_MQTT_URL", "mqtts://broker:port"),
        ("SPOTTY_SPOTIFY_API_URL", "http://api.spotify.com/v1"),
        ("SPOTTY_SPOTIFY_API_URL", "http://127.0.0.1.evil.example"),
        ("SPOTTY_SPOTIFY_API_URL", "https://me:hush@api.spotify.com"),
        ("SPOTTY_SPOTIFY_API_URL", "https://[::1"),
        ("SPOTTY_SPOTIFY_API_URL", "api.spotify.com"),
        ("SPOTTY_HOUSE_CLOCK", "2026-11-22T20:00:00@2026-11-22T09:00:00x60"),
        ("SPOTTY_HOUSE_CLOCK", "noon@midnightx2"),
        ("SPOTTY_SPOTIFY_REDIRECT_URI", "http://house.example/callback"),
        ("SPOTTY_SPOTIFY_REDIRECT_URI", "http://localhost:8888/callback"),
        ("SPOTTY_SPOTIFY_REDIRECT_URI", "https://house.example/callback#hush"),
        ("SPOTTY_SPOTIFY_SEATS", "-1"),
        ("SPOTTY_REFRESH_MINUTES", "0"),
        ("SPOTTY_REFRESH_MINUTES", "30"),
        ("SPOTTY_HOUSE_CLOCK", "fast"),
        ("SPOTTY_LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_is_refused_and_not_repeated(name: str, text: str) -> None:
    """The problem names the setting and says what it has to be; the value may hold a secret."""
    told = problems({name: text})
    assert f"  {name} " in told
    assert "hush" not in told


@pytest.mark.parametrize(
    ("name", "text", "wants"),
    [
        ("SPOTTY_MQTT_USERNAME", "me", "SPOTTY_MQTT_URL"),
        ("SPOTTY_MQTT_PASSWORD", "hush", "SPOTTY_MQTT_USERNAME"),
        ("SPOTTY_MQTT_CERT", "/c.pem", "SPOTTY_MQTT_KEY"),
        ("SPOTTY_SPOTIFY_CLIENT_SECRET", "hush", "SPOTTY_SPOTIFY_CLIENT_ID"),
    ],
)
def test_half_of_a_pair_is_refused(name: str, text: str, wants: str) -> None:
    """What would be ignored without its other half is told instead."""
    assert f"{name} needs {wants} as well." in problems({name: text})


def test_the_house_clock_runs_at_its_speed() -> None:
    """A rehearsal's clock shows the house's moment at the real one, and goes on from there."""
    clock = read({"SPOTTY_HOUSE_CLOCK": "2026-11-22T20:00:00Z@2026-11-22T09:00:00Zx60"}).house_clock
    assert clock is not None
    assert clock.real_at(datetime(2026, 11, 22, 21, tzinfo=UTC)) == datetime(2026, 11, 22, 9, 1, tzinfo=UTC)


@given(st.sampled_from(TABLE), st.text(max_size=40))
def test_no_text_does_more_than_be_refused(row: settings.Setting, text: str) -> None:
    """Whatever a value is, it is taken or told about: nothing else is raised."""
    with contextlib.suppress(Invalid):
        read({row.name: text})


def test_what_is_shown_hides_secrets() -> None:
    """The list for a person has every setting, and says of a secret only that it is set."""
    environ = {"SPOTTY_SPOTIFY_CLIENT_ID": "abc", "SPOTTY_SPOTIFY_CLIENT_SECRET": "hush"}
    environ |= {
        "SPOTTY_MQTT_NAMES": "a,b",
        "SPOTTY_HOUSE_CLOCK": "2026-11-22T20:00:00Z@2026-11-22T09:00:00Zx60",
    }
    rows = {name: value for name, value, _ in shown(read(environ))}
    assert list(rows) == [row.name for row in TABLE]
    assert rows["SPOTTY_SPOTIFY_CLIENT_SECRET"] == "set, not shown"
    assert rows["SPOTTY_MQTT_PASSWORD"] == "not set"
    assert rows["SPOTTY_MQTT_NAMES"] == "a, b"
    assert rows["SPOTTY_STUCK_AFTER"] == "14400 s"
    assert rows["SPOTTY_HOUSE_CLOCK"] == "60 times as fast"
    assert "hush" not in repr(read(environ))


def test_the_settings_page_is_up_to_date() -> None:
    """`docs/settings.md` is what the command in it writes."""
    page = Path(__file__).parents[3] / "docs" / "settings.md"
    written = subprocess.run(
        [sys.executable, "-m", settings.__name__], capture_output=True, text=True, check=True
    )
    assert page.read_text(encoding="utf-8") == written.stdout
