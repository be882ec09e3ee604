from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotify.scripted import Reply, as_json, player_error
from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.spotify.refusals import Cure, Face, translate
from spottypottysense.spotify.wire import Answer

FAILED = "Player command failed: "

PLAYER_ROWS: list[tuple[Reply, type[SpottyError], Reason | None, Cure]] = [
    (player_error(404, FAILED + "No active device found", "NO_ACTIVE_DEVICE"), NotFound, None, Cure.NOTHING),
    (player_error(404, "Device not found"), NotFound, None, Cure.NOTHING),
    (Reply(404, b"Not found."), NotFound, None, Cure.NOTHING),
    (
        player_error(403, FAILED + "Restriction violated", "UNKNOWN"),
        NeedsPerson,
        Reason.COMMAND_REFUSED,
        Cure.NOTHING,
    ),
    (
        player_error(403, FAILED + "Premium required", "PREMIUM_REQUIRED"),
        NeedsPerson,
        Reason.PREMIUM_REQUIRED,
        Cure.ASK_AGAIN,
    ),
    (
        player_error(403, FAILED + "Cannot control device volume", "VOLUME_CONTROL_DISALLOW"),
        NeedsPerson,
        Reason.COMMAND_REFUSED,
        Cure.NOTHING,
    ),
    (
        player_error(403, FAILED + "Restricted device"),
        NeedsPerson,
        Reason.SPEAKER_RESTRICTED,
        Cure.NOTHING,
    ),
    (
        player_error(403, "no", "DEVICE_NOT_CONTROLLABLE"),
        NeedsPerson,
        Reason.SPEAKER_RESTRICTED,
        Cure.NOTHING,
    ),
    (player_error(403, "no", "CONTEXT_DISALLOW"), NeedsPerson, Reason.COMMAND_REFUSED, Cure.NOTHING),
    (player_error(403, "no"), NeedsPerson, Reason.COMMAND_REFUSED, Cure.NOTHING),
    (
        player_error(401, "The access token expired"),
        Unavailable,
        Reason.SPOTIFY_UNAVAILABLE,
        Cure.NEW_TOKEN,
    ),
    (player_error(401, "Invalid access token"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NEW_TOKEN),
    (Reply(401, b"<html>"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NEW_TOKEN),
    (player_error(401, "Permissions missing"), NeedsPerson, Reason.SCOPE_MISSING, Cure.NOTHING),
    (
        player_error(401, "Access token missing"),
        Unavailable,
        Reason.SPOTIFY_UNAVAILABLE,
        Cure.ASK_AGAIN,
    ),
    (player_error(403, "Insufficient client scope"), NeedsPerson, Reason.SCOPE_MISSING, Cure.NOTHING),
    (player_error(400, "Malformed json"), NeedsPerson, Reason.COMMAND_REFUSED, Cure.NOTHING),
    (
        Reply(403, b"User not registered in the Developer Dashboard"),
        NeedsPerson,
        Reason.NOT_ON_ALLOWLIST,
        Cure.NOTHING,
    ),
    (
        Reply(403, b"Check settings on developer.spotify.com/dashboard, the user may not be registered."),
        NeedsPerson,
        Reason.NOT_ON_ALLOWLIST,
        Cure.NOTHING,
    ),
    (
        Reply(403, b"Active premium subscription required for the owner of the app."),
        NeedsPerson,
        Reason.APP_MISCONFIGURED,
        Cure.NOTHING,
    ),
    (Reply(403, b"<html>Forbidden</html>"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (player_error(429, "API rate limit exceeded"), Unavailable, Reason.RATE_LIMITED, Cure.OBEY),
    (Reply(429, b"Too many requests"), Unavailable, Reason.RATE_LIMITED, Cure.OBEY),
    (
        player_error(429, "Too many requests", "QUOTA_EXCEEDED"),
        Unavailable,
        Reason.QUOTA_EXCEEDED,
        Cure.OBEY,
    ),
    (Reply(408), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (player_error(500, "Server error."), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (Reply(502, b"<html>"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (player_error(503, "Service unavailable"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (Reply(302), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (Reply(418, b"{}"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
]


def oauth(status: int, error: str, description: str | None = None) -> Reply:
    """Return an error in the shape of RFC 6749."""
    return as_json(status, {"error": error} | ({"error_description": description} if description else {}))


TOKEN_ROWS: list[tuple[Reply, type[SpottyError], Reason, Cure]] = [
    *(
        (oauth(400, "invalid_grant", text), NeedsPerson, Reason.RECONNECT, Cure.NOTHING)
        for text in (
            "Refresh token revoked",
            "Refresh token expired",
            "Invalid refresh token",
            "Invalid authorization code",
            None,
        )
    ),
    *(
        (oauth(status, error, text), NeedsPerson, Reason.APP_MISCONFIGURED, Cure.NOTHING)
        for status, error, text in (
            (400, "invalid_client", "Invalid client"),
            (400, "invalid_client", "Invalid client secret"),
            (401, "invalid_client", None),
            (403, "unauthorized_client", None),
        )
    ),
    (oauth(400, "invalid_request", "invalid_grant"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (oauth(400, "unsupported_grant_type"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (Reply(400, b"invalid_grant"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (as_json(400, {"error": ["invalid_grant"]}), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (player_error(400, "invalid_grant"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (Reply(403, b"<html>"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.NOTHING),
    (oauth(500, "invalid_grant"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (oauth(503, "server_error"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (Reply(502, b"<html>"), Unavailable, Reason.SPOTIFY_UNAVAILABLE, Cure.LATER),
    (Reply(429), Unavailable, Reason.RATE_LIMITED, Cure.OBEY),
]


def answer(reply: Reply) -> Answer:
    """Return what the client makes of a reply before anybody reads it."""
    return Answer(reply.status, {name.lower(): value for name, value in reply.headers}, reply.body)


@pytest.mark.parametrize(("reply", "kind", "reason", "cure"), PLAYER_ROWS)
def test_refusals_of_the_web_api(
    reply: Reply, kind: type[SpottyError], reason: Reason | None, cure: Cure
) -> None:
    """Each known answer becomes the error that says who must act, and what may help before."""
    refusal = translate(answer(reply), Face.API, "bath")
    assert type(refusal.error) is kind or isinstance(refusal.error, kind)
    assert getattr(refusal.error, "reason", None) is reason
    assert refusal.cure is cure


@pytest.mark.parametrize(("reply", "kind", "reason", "cure"), TOKEN_ROWS)
def test_refusals_of_the_token_endpoint(
    reply: Reply, kind: type[SpottyError], reason: Reason, cure: Cure
) -> None:
    """The `error` alone decides between a dead grant, a broken app and a bad hour at Spotify."""
    refusal = translate(answer(reply), Face.ACCOUNTS)
    assert isinstance(refusal.error, kind)
    assert getattr(refusal.error, "reason", None) is reason
    assert refusal.cure is cure


def test_a_404_without_a_speaker_is_no_missing_speaker() -> None:
    """A read that is not found says something of Spotify, not of a speaker."""
    assert isinstance(translate(answer(Reply(404)), Face.API).error, Unavailable)


@pytest.mark.parametrize(
    ("header", "reason", "wait"),
    [
        ("16", None, timedelta(seconds=16)),
        (" 0 ", None, timedelta(0)),
        ("52531", "QUOTA_EXCEEDED", timedelta(seconds=52531)),
        ("999999999999999999999", None, timedelta(days=1)),
        (None, None, timedelta(seconds=30)),
        (None, "QUOTA_EXCEEDED", timedelta(hours=1)),
        ("", None, timedelta(seconds=30)),
        ("-5", None, timedelta(seconds=30)),
        ("²", None, timedelta(seconds=30)),
        ("soon", None, timedelta(seconds=30)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None, timedelta(seconds=30)),
    ],
)
def test_how_long_a_rate_limit_lasts(header: str | None, reason: str | None, wait: timedelta) -> None:
    """The header is obeyed if it is a number of seconds, within reason."""
    headers = {} if header is None else {"retry_after": header}
    error = translate(answer(player_error(429, "no", reason, **headers)), Face.API).error
    assert isinstance(error, Unavailable)
    assert error.retry_after == wait


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ERRORS = st.fixed_dictionaries(
    {"error": JSON | st.fixed_dictionaries({}, optional={"reason": JSON, "message": JSON, "status": JSON})}
)


@given(
    status=st.integers(300, 599),
    payload=JSON | ERRORS,
    retry_after=st.none() | st.text(),
    face=st.sampled_from(Face),
    speaker=st.text(),
)
def test_no_json_breaks_the_translation(
    status: int, payload: object, retry_after: str | None, face: Face, speaker: str
) -> None:
    """Whatever the error body holds, an error of ours comes out."""
    reply = as_json(status, payload)
    headers = {} if retry_after is None else {"retry-after": retry_after}
    assert isinstance(translate(Answer(status, headers, reply.body), face, speaker).error, SpottyError)


@given(status=st.integers(300, 599), body=st.binary(), face=st.sampled_from(Face))
def test_no_bytes_break_the_translation(status: int, body: bytes, face: Face) -> None:
    """Bodies need not even be text."""
    assert isinstance(translate(Answer(status, {}, body), face).error, SpottyError)


@pytest.mark.parametrize("face", Face)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 503])
def test_error_texts_quote_nothing_that_spotify_sent(face: Face, status: int) -> None:
    """An answer may echo a token, a code or an address; none of it is passed on."""
    echo = "https://x/?token=5ecret"
    for reply in (player_error(status, echo, echo), oauth(status, echo, echo), Reply(status, echo.encode())):
        assert "5ecret" not in str(translate(answer(reply), face).error)
