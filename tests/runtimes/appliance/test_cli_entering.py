"""The command line about who may come in."""

import re
import sqlite3
from datetime import timedelta

import pytest

from runtimes.appliance.command_line import Spotty
from spottypottysense.access.model import Newcomer, Scope
from spottypottysense.errors import NotSignedIn
from spottypottysense.runtimes.appliance.settings import read
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.secret import Secret

PASSWORD = Secret("annas long password")


@pytest.fixture
def furnished(spotty: Spotty) -> Spotty:
    """A house of Anna, who has no password yet."""
    spotty("user", "add", "anna@example.com")
    return spotty


def opened(spotty: Spotty) -> House:
    """Return the same house, as the appliance has it."""
    return build(read({"SPOTTY_DATA": str(spotty.data)}))


def secret_of(link: str) -> Secret:
    """Return what stands behind the `#`."""
    return Secret(link.strip().partition("#")[2])


def test_the_first_owner_and_a_lost_password(furnished: Spotty) -> None:
    """A link sets up, and is refused afterwards; another one resets."""
    link = furnished("set-up-link")
    assert re.fullmatch(r"http://127\.0\.0\.1:8765/app/set-up#[\w-]{43}\n", link)
    house = opened(furnished)
    access = house.core.access
    newcomer = Newcomer(PASSWORD, "anna@example.com", "Anna")
    cookie, _ = access.invitations.accept(secret_of(link), newcomer, "192.0.2.1")
    assert "spotty user reset EMAIL" in furnished.fails("set-up-link")
    assert "There is no user" in furnished.fails("user", "reset", "eve@example.com")
    reset = furnished("user", "reset", "anna@example.com")
    assert "/app/reset#" in reset
    access.invitations.accept(secret_of(reset), Newcomer(Secret("another long password")), "192.0.2.1")
    with pytest.raises(NotSignedIn):
        access.desk.caller_of_cookie(cookie)
    house.close()
    trail = furnished("audit")
    for part in ("joined", "password set", "reset anna@example.com", "command line", "192.0.2.1"):
        assert part in trail
    assert "joined" not in furnished("audit", "--limit", "1")


def test_where_the_appliance_is(furnished: Spotty) -> None:
    """The link leads to where it says it runs."""
    (furnished.data / "endpoints.json").write_text('{"api": "http://127.0.0.1:4711"}')
    assert furnished("set-up-link").startswith("http://127.0.0.1:4711/app/set-up#")


def test_tokens(furnished: Spotty) -> None:
    """One is made, printed once, listed without its secret, and revoked."""
    made = furnished(
        "token",
        "add",
        "anna@example.com",
        "--name",
        "lamp",
        "--scope",
        "read",
        "--scope",
        "control",
        "--days",
        "30",
    ).strip()
    endless = furnished("token", "add", "anna@example.com", "--name", "watch").strip()
    assert re.fullmatch(r"spotty_[\w-]{43}", made)
    house = opened(furnished)
    tokens = house.core.access.tokens
    assert tokens.caller_of_token(Secret(made)).scopes == {Scope.READ, Scope.CONTROL}
    assert tokens.caller_of_token(Secret(endless)).scopes == {Scope.READ}
    user_id = tokens.caller_of_token(Secret(made)).user_id
    (token,) = (token for token in tokens.tokens(user_id) if token.name == "lamp")
    assert token.expires_at == token.created_at + timedelta(days=30)
    listed = furnished("token", "list")
    for part in ("lamp", "watch", "control, read", "never", "anna@example.com", token.id):
        assert part in listed
    assert made not in listed
    assert "lets nobody in" in furnished("token", "revoke", token.id)
    assert token.id in furnished.fails("token", "revoke", token.id)
    with pytest.raises(NotSignedIn):
        tokens.caller_of_token(Secret(made))
    house.close()


def test_the_file_opens_nothing(furnished: Spotty) -> None:
    """Whoever reads the database finds no token, no link and no password in it."""
    token = furnished("token", "add", "anna@example.com", "--name", "lamp").strip()
    link = secret_of(furnished("set-up-link"))
    house = opened(furnished)
    invitations = house.core.access.invitations
    cookie, _ = invitations.accept(link, Newcomer(PASSWORD, "anna@example.com"), "")
    house.close()
    with sqlite3.connect(furnished.data / "spotty.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    for secret in (Secret(token), link, cookie, PASSWORD):
        assert secret.reveal() not in dump
    assert "$argon2id$" in dump
