import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.runtimes.appliance.logs import JsonLines, redacted, set_up

LOGGER = logging.getLogger("spotty")
Start = Callable[..., io.StringIO]


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def start() -> Iterator[Start]:
    """Set logging up on a stream of the test's own, and take it down afterwards."""
    handlers = []

    def begin(form: str = "json", level: str = "info", stream: io.StringIO | None = None) -> io.StringIO:
        stream = stream or io.StringIO()
        handlers.append(set_up(level, form, stream))
        return stream

    yield begin
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
    LOGGER.setLevel(logging.NOTSET)


def test_a_line_is_json_with_its_fields(start: Start) -> None:
    """A machine reads the time in UTC, the message, and every field as it was."""
    stream = start()
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    LOGGER.info("motion", extra={"sensor": "bath", "took": 0.5, "new": True, "why": None, "due": now})
    line = json.loads(stream.getvalue())
    assert datetime.fromisoformat(line.pop("at")).tzinfo == UTC
    assert line == {
        "level": "info",
        "logger": "spotty",
        "message": "motion",
        "sensor": "bath",
        "took": 0.5,
        "new": True,
        "why": None,
        "due": "2026-11-22T20:00:00+00:00",
    }


def test_a_terminal_gets_short_text(start: Start) -> None:
    """`auto` writes words on a terminal; nothing that a sensor sent begins a line of its own."""
    stream = start("auto", stream=Terminal())
    LOGGER.warning("motion\nforged", extra={"sensor": "bath", "detail": "two words\nforged"})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r'Z warning motion\nforged sensor=bath detail="two words\nforged"')


def test_a_file_gets_json(start: Start) -> None:
    """`auto` writes JSON where nobody watches."""
    stream = start("auto")
    LOGGER.info("up")
    assert json.loads(stream.getvalue())["message"] == "up"


def test_a_traceback_is_a_field(start: Start) -> None:
    """An error stays one line, its traceback inside it and without its secret."""
    stream = start()
    try:
        int("Authorization: Bearer hush-hush")
    except ValueError:
        LOGGER.exception("refresh failed")
    line = json.loads(stream.getvalue())
    assert "Traceback" in line["traceback"]
    assert "Authorization: ***" in line["traceback"]
    assert "hush" not in stream.getvalue()


def test_a_traceback_stands_below_the_text(start: Start) -> None:
    """A person reads the traceback as Python writes it."""
    stream = start("text")
    try:
        int("no luck")
    except ValueError:
        LOGGER.exception("refresh failed")
    assert stream.getvalue().endswith("base 10: 'no luck'\n")
    assert " error refresh failed\nTraceback" in stream.getvalue()


def test_the_level_holds_for_ours_and_others_only_warn(start: Start) -> None:
    """Other libraries' chatter stays out."""
    stream = start(level="debug")
    LOGGER.debug("ours")
    logging.getLogger("urllib3").info("theirs")
    logging.getLogger("urllib3").warning("trouble")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["ours", "trouble"]


def test_setting_up_again_replaces_the_first(start: Start) -> None:
    """No line is written twice."""
    first, second = start(), start()
    LOGGER.info("once")
    assert (first.getvalue(), second.getvalue().count("once")) == ("", 1)


def test_a_message_that_does_not_fit_its_arguments_is_written_all_the_same() -> None:
    """A slip in a log call costs no line, and prints no secret beside it."""
    line = JsonLines().format(logging.makeLogRecord({"msg": "%d motions", "args": ("Bearer hush",)}))
    assert "motions" in line
    assert "hush" not in line


def test_a_field_whose_name_tells_of_a_secret_is_masked(start: Start) -> None:
    """The name alone is enough, whatever the value looks like."""
    stream = start()
    LOGGER.info("%s", {"client_secret": "hush"}, extra={"refresh_token": "hush", "password": 5})
    line = json.loads(stream.getvalue())
    assert (line["refresh_token"], line["password"]) == ("***", "***")
    assert "hush" not in stream.getvalue()


SECRETS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-._~+/", min_size=12, max_size=200).map(
    lambda text: f"QJ{text}=="
)
AROUND = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="=-"), max_size=40)
SHAPES = (
    "Authorization: Bearer {}",
    "authorization: Basic {}",
    "{{'Authorization': 'Basic {}', 'Accept': '*/*'}}",
    "{{b'authorization': b'Bearer {}'}}",
    "[('Authorization', 'Bearer {}')]",
    "sent bearer {} along",
    '{{"access_token": "{}", "expires_in": 3600}}',
    '"{{\\"refresh_token\\": \\"{}\\"}}"',
    "refresh_token={}&grant_type=refresh_token",
    "client_secret={}",
    "client_secret = '{}'",
    "client_secret='{}",
    "POST /?code={}&state=1",
    "token: {}",
)


@given(AROUND, st.sampled_from(SHAPES), SECRETS, AROUND)
def test_no_secret_gets_through(before: str, shape: str, secret: str, after: str) -> None:
    """Tokens, client secrets and codes are masked in every shape in which libraries write them."""
    assert secret not in redacted(f"{before} {shape.format(secret)} {after}")


@given(st.text("abcdefghijklmnopqrstuvwxyz+/=\n", min_size=20), st.booleans())
def test_no_private_key_gets_through(key: str, whole: bool) -> None:
    """A PEM key is masked, also when its end was cut off."""
    pem = f"-----BEGIN EC PRIVATE KEY-----\n{key}\n" + "-----END EC PRIVATE KEY-----" * whole
    assert redacted(f"KEY: {pem}") == "KEY: ***"


@given(st.text("ABCDEFxyz0123456789_-", min_size=60), st.sampled_from(["BQ", "AQ"]))
def test_spotifys_tokens_are_known_by_their_look(tail: str, head: str) -> None:
    """A token that stands alone in a message is masked too."""
    assert tail not in redacted(f"odd: {head}{tail}")


@pytest.mark.parametrize("shape", ["{}", "shown: spotty_{}", "http://127.0.0.1:8765/app/reset#{}"])
def test_what_lets_people_in_is_known_by_its_look(shape: str) -> None:
    """Our own access tokens and links are masked wherever they stand; a name that begins alike is not."""
    secret = "x7-_" * 10 + "abc"
    assert (secret in redacted(shape.format(secret))) == (shape == "{}")
    assert redacted("spotty_sessions_open 3") == "spotty_sessions_open 3"


@given(st.sampled_from(["motion", "The music started.", "sensor=bath reason=arrived", "bearer"]))
def test_what_is_no_secret_stays(text: str) -> None:
    """Ordinary lines are left as they are."""
    assert redacted(text) == text


@given(st.dictionaries(st.text(min_size=1).map("x_{}".format), st.text(), max_size=5), st.text())
def test_every_record_becomes_one_line_of_json(fields: dict[str, str], message: str) -> None:
    """Whatever is said, a machine can read it line by line."""
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", **fields})
    line = JsonLines().format(record)
    assert "\n" not in line
    assert set(fields) <= set(json.loads(line))
