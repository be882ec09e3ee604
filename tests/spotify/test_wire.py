import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.errors import Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.playback.model import SeenSpeaker, Start
from spottypottysense.spotify.wire import (
    Answer,
    length_from,
    play_body,
    speakers_from,
    state_from,
    tokens_from,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def likely(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Return objects with some of these fields, and any other JSON."""
    return st.fixed_dictionaries({}, optional=fields) | JSON


DEVICES = likely(
    id=JSON,
    name=JSON,
    type=JSON,
    is_active=JSON,
    is_restricted=JSON,
    volume_percent=JSON,
    supports_volume=JSON,
)
STATES = likely(
    is_playing=st.booleans() | JSON,
    device=DEVICES,
    context=likely(uri=JSON),
    item=likely(uri=JSON, duration_ms=JSON),
    progress_ms=JSON,
    shuffle_state=JSON,
)
LISTS = likely(devices=st.lists(DEVICES, max_size=3) | JSON)
TOKENS = likely(access_token=JSON, refresh_token=JSON, expires_in=JSON, scope=JSON)


def answer(payload: object) -> Answer:
    """Return a 200 with this payload."""
    return Answer(200, {}, json.dumps(payload).encode())


def tokens(**changed: object) -> Answer:
    """Return a token reply that is sound but for the changes; `None` leaves a field out."""
    fields = {
        "access_token": "a",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": "r",
        "scope": "user-read-playback-state user-modify-playback-state",
    }
    return answer({name: value for name, value in (fields | changed).items() if value is not None})


def test_a_token_reply_is_read_whole() -> None:
    """Both tokens, the lifetime and the scopes arrive."""
    reply = tokens_from(tokens())
    assert (reply.access_token, reply.refresh_token) == (Secret("a"), Secret("r"))
    assert reply.expires_in == timedelta(hours=1)
    assert reply.scope == {"user-read-playback-state", "user-modify-playback-state"}


def test_what_a_token_reply_may_leave_out() -> None:
    """Since mid-2026 no refresh token comes back as a rule; scope and lifetime are optional in RFC 6749."""
    reply = tokens_from(tokens(refresh_token=None, scope=None, expires_in=None))
    assert (reply.refresh_token, reply.scope, reply.expires_in) == (None, frozenset(), timedelta(hours=1))


@pytest.mark.parametrize("refresh", ["", 7, ["r"], "é", "with\nline"])
def test_a_refresh_token_that_is_none_never_replaces_the_old_one(refresh: object) -> None:
    """Nonsense counts as left out, so that the stored one stays."""
    assert tokens_from(tokens(refresh_token=refresh)).refresh_token is None


@pytest.mark.parametrize(
    "reply",
    [
        Answer(200, {}, b""),
        Answer(200, {}, b"<html>access_token</html>"),
        Answer(200, {}, b"[" * 100_000),
        Answer(200, {}, b'{"access_token": "a", "expires_in": ' + b"9" * 5000 + b"}"),
        answer([]),
        answer({"error": "invalid_grant"}),
        tokens(access_token=None),
        tokens(access_token=""),
        tokens(access_token=5),
        tokens(access_token="a b"),
        tokens(access_token="a\r\nX-Evil: 1"),
        tokens(access_token="ключ"),
        tokens(expires_in=-1),
        tokens(expires_in=0),
        tokens(expires_in=1e300),
        tokens(expires_in=10**18),
        tokens(expires_in=float("nan")),
        tokens(expires_in=float("inf")),
        tokens(expires_in="soon"),
        tokens(expires_in=True),
        tokens(expires_in=[3600]),
        tokens(scope=["user-read-playback-state"]),
        tokens(scope=7),
        tokens(scope=False),
    ],
)
def test_a_token_reply_that_cannot_be_used_heals_with_time(reply: Answer) -> None:
    """Nothing of it is kept, nothing crashes, and the grant stays as it was."""
    with pytest.raises(Unavailable, match="cannot be read"):
        tokens_from(reply)


def test_half_characters_in_names_can_be_stored() -> None:
    """JSON may hold lone surrogates, which no database and no URL can."""
    body = b'{"devices": [{"id": "\\ud800", "name": "B\\udfffd"}]}'
    assert speakers_from(Answer(200, {}, body)) == (SeenSpeaker("?", "B?d", ""),)


def test_an_answer_does_not_show_its_body() -> None:
    """Bodies of the token endpoint are secrets."""
    assert "5ecret" not in repr(Answer(200, {"x": "5ecret"}, b"5ecret"))


def test_the_body_of_a_start_survives_any_text() -> None:
    """What a room plays is data, never a piece of JSON."""
    body = play_body(Start('spotify:album:"}'))
    assert body is not None
    assert json.loads(body) == {"context_uri": 'spotify:album:"}'}


@given(payload=STATES | LISTS | TOKENS)
def test_no_json_breaks_the_readers(payload: object) -> None:
    """Each reader returns a value or says that time heals it."""
    for read in (state_from, speakers_from, tokens_from, length_from):
        try:
            read(answer(payload))
        except Unavailable:
            continue


@given(status=st.integers(200, 299), body=st.binary())
def test_no_bytes_break_the_readers(status: int, body: bytes) -> None:
    """Bodies need not even be text."""
    for read in (state_from, speakers_from, tokens_from, length_from):
        try:
            read(Answer(status, {}, body))
        except Unavailable:
            continue
