from dataclasses import replace
from datetime import timedelta

import pytest

from access.door import BENS, HOME, NOON, Door
from spottypottysense.access.model import Act, Scope
from spottypottysense.access.use_cases.tokens import MOST_TOKENS
from spottypottysense.accounts.model import Role
from spottypottysense.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from spottypottysense.secret import Secret

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
READ = frozenset({Scope.READ})


def test_a_script_comes_in(door: Door) -> None:
    """With the scopes that were given, by a secret that is shown once and kept nowhere."""
    secret, token = door.access.tokens.make(door.enter(), " lamp ", READ, 30 * DAY, HOME)
    caller = door.access.tokens.caller_of_token(secret)
    assert (caller.user_id, caller.household_id, caller.scopes) == ("anna", "home", READ)
    assert (caller.key, caller.by_token) == (token.id, True)
    assert secret.reveal().startswith("spotty_")
    assert len(secret.reveal()) == 50
    assert (token.name, token.expires_at) == ("lamp", NOON + 30 * DAY)
    assert secret.reveal() not in repr([token, door.trail(), door.access.tokens.tokens("anna")])
    assert door.trail()[-1] == (Act.TOKEN_MADE, "anna", "lamp", HOME)


def test_it_ends_when_it_was_said(door: Door) -> None:
    """One without an end lives on."""
    caller = door.enter()
    short, _ = door.access.tokens.make(caller, "short", READ, DAY, HOME)
    endless, _ = door.access.tokens.make(caller, "endless", READ, None, HOME)
    door.clock.advance(DAY)
    with pytest.raises(NotSignedIn, match="make a new one"):
        door.access.tokens.caller_of_token(short)
    door.clock.advance(10_000 * DAY)
    assert door.access.tokens.caller_of_token(endless).user_id == "anna"


def test_a_use_is_noted_once_a_minute(door: Door) -> None:
    """The first one at once."""
    secret, _ = door.access.tokens.make(door.enter(), "lamp", READ, None, HOME)
    used = []
    for _ in range(3):
        door.access.tokens.caller_of_token(secret)
        used.append(door.access.tokens.tokens("anna")[0].used_at)
        door.clock.advance(MINUTE / 2)
    assert used == [NOON, NOON, NOON + MINUTE]


def test_revoking(door: Door) -> None:
    """It is out at once; nobody revokes another's."""
    secret, token = door.access.tokens.make(door.enter(), "lamp", READ, None, HOME)
    with pytest.raises(NotFound):
        door.access.tokens.revoke(door.enter("ben@example.org", BENS), token.id, HOME)
    door.access.tokens.revoke(door.enter(), token.id, HOME)
    with pytest.raises(NotSignedIn):
        door.access.tokens.caller_of_token(secret)
    assert door.trail()[-1] == (Act.TOKEN_REVOKED, "anna", "lamp", HOME)


def test_never_more_than_its_user_may(door: Door) -> None:
    """A member gives no scope of an owner's, and an owner's token shrinks with its owner."""
    with pytest.raises(NotAllowed, match="may not give the scope manage"):
        door.access.tokens.make(
            door.enter("ben@example.org", BENS), "lamp", frozenset({Scope.MANAGE}), None, HOME
        )
    secret, _ = door.access.tokens.make(door.enter(), "lamp", frozenset(Scope), None, HOME)
    door.accounts.save_user(replace(door.user("anna"), role=Role.MEMBER))
    assert door.access.tokens.caller_of_token(secret).scopes == {Scope.READ, Scope.CONTROL}
    door.accounts.save_user(replace(door.user("anna"), active=False))
    with pytest.raises(NotSignedIn):
        door.access.tokens.caller_of_token(secret)


def test_a_token_makes_and_revokes_no_tokens(door: Door) -> None:
    """One that leaked does not multiply."""
    secret, token = door.access.tokens.make(door.enter(), "lamp", frozenset(Scope), None, HOME)
    caller = door.access.tokens.caller_of_token(secret)
    with pytest.raises(NotAllowed):
        door.access.tokens.make(caller, "more", READ, None, HOME)
    with pytest.raises(NotAllowed):
        door.access.tokens.revoke(caller, token.id, HOME)


@pytest.mark.parametrize(
    ("name", "scopes", "life", "field"),
    [
        (" ", READ, None, "name"),
        ("lamp", frozenset[Scope](), None, "scopes"),
        ("lamp", READ, timedelta(0), "expiresAt"),
        ("lamp", READ, 3651 * DAY, "expiresAt"),
    ],
)
def test_what_is_no_token(
    door: Door, name: str, scopes: frozenset[Scope], life: timedelta | None, field: str
) -> None:
    """Each part is checked, and the sentence says what to give."""
    with pytest.raises(Invalid) as refused:
        door.access.tokens.make(door.enter(), name, scopes, life, HOME)
    assert refused.value.field == field


def test_not_without_end(door: Door) -> None:
    """Who makes a token per run is told to revoke some."""
    caller = door.enter()
    for number in range(MOST_TOKENS):
        door.access.tokens.make(caller, str(number), READ, None, HOME)
    with pytest.raises(Conflict, match="revoke one"):
        door.access.tokens.make(caller, "more", READ, None, HOME)


@pytest.mark.parametrize("text", ["", "spotty_", "spotty_" + "A" * 43, "A" * 43, "\ud800"])
def test_what_opens_nothing(door: Door, text: str) -> None:
    """Whatever it looks like, nobody is known by it; a cookie is no token."""
    with pytest.raises(NotSignedIn):
        door.access.tokens.caller_of_token(Secret(text))
