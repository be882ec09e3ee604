"""What every store of the slice `access` keeps its word on."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.races import winners
from contracts.stores import NOW
from spottypottysense.access.model import (
    AccessToken,
    Act,
    AuditEntry,
    Invitation,
    Password,
    Purpose,
    Scope,
    SignIn,
)
from spottypottysense.accounts.model import Role, User
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound

TICK = timedelta(microseconds=1)
PASSWORD = Password("anna", "hashed", NOW)
SIGN_IN = SignIn("digest", "anna", NOW, NOW + TICK, NOW + timedelta(days=30), "Firefox ü")
TOKEN = AccessToken(
    "token-1", "anna", "lamp ü", "digest", frozenset({Scope.READ, Scope.MANAGE}), NOW, NOW + TICK, NOW
)
INVITATION = Invitation("digest", Purpose.RESET, NOW + timedelta(hours=1), "home", "anna", Role.OWNER)


def entry(number: int, household_id: str | None = "home", at: datetime = NOW) -> AuditEntry:
    """Return an entry of the trail."""
    return AuditEntry(
        f"audit-{number}", at, Act.CHANGED, household_id, "anna", f"thing {number}", "192.0.2.1"
    )


def test_nobody_has_a_password(house: Stores) -> None:
    """Users are found without one."""
    passwords = house.access.passwords
    assert passwords.are_none()
    login = passwords.by_user("anna")
    assert login is not None
    assert (login.user, login.password) == (User("anna", "home", "anna@example.org"), None)
    assert passwords.by_email("anna@example.org") == login
    assert passwords.by_user("gone") is None
    assert passwords.by_email("gone@example.org") is None


def test_a_password_is_saved_over_another(house: Stores) -> None:
    """It comes back whole, with its user, by id and by e-mail address."""
    passwords = house.access.passwords
    passwords.save(replace(PASSWORD, hashed="old"))
    passwords.save(PASSWORD)
    login = passwords.by_user("anna")
    assert login is not None
    assert login.password == PASSWORD
    assert passwords.by_email("anna@example.org") == login
    assert not passwords.are_none()


def test_a_password_needs_its_user(house: Stores) -> None:
    """None is kept for nobody."""
    with pytest.raises(Conflict):
        house.access.passwords.save(replace(PASSWORD, user_id="gone"))
    assert house.access.passwords.are_none()


def test_an_email_in_capitals(house: Stores) -> None:
    """It is found, unless somebody has exactly this one."""
    passwords = house.access.passwords
    house.accounts.save_user(User("other", "away", "ANNA@example.org"))
    house.accounts.save_user(User("first", "away", "Ben@Example.org"))
    found = [
        passwords.by_email(email) for email in ("anna@example.org", "ANNA@example.org", "ben@example.org")
    ]
    assert [login and login.user.id for login in found] == ["anna", "other", "ben"]
    login = passwords.by_email("aNNa@example.org")
    assert login is not None
    assert login.user.id in ("anna", "other")


def test_only_the_known_password_is_replaced(house: Stores) -> None:
    """Whoever read an older one is told."""
    passwords = house.access.passwords
    new = Password("anna", "new", NOW + TICK)
    assert not passwords.replace(PASSWORD, new)
    passwords.save(PASSWORD)
    assert passwords.replace(PASSWORD, new)
    assert not passwords.replace(PASSWORD, replace(new, hashed="late"))
    login = passwords.by_user("anna")
    assert login is not None
    assert login.password == new


def test_one_of_many_replaces_a_password(house: Stores) -> None:
    """Of eight at one moment exactly one."""
    house.access.passwords.save(PASSWORD)

    def change(number: int) -> None:
        if not house.access.passwords.replace(PASSWORD, replace(PASSWORD, hashed=str(number))):
            raise Conflict("late")

    assert winners(change) == 1


def test_a_sign_in_comes_back_whole(house: Stores) -> None:
    """With whose it is, as that user is now."""
    house.access.sign_ins.add(SIGN_IN)
    house.accounts.save_user(User("anna", "home", "anna@example.org", "Anna", Role.MEMBER, active=False))
    found = house.access.sign_ins.sign_in("digest")
    assert found == (SIGN_IN, User("anna", "home", "anna@example.org", "Anna", Role.MEMBER, active=False))
    assert house.access.sign_ins.sign_in("other") is None
    with pytest.raises(Conflict):
        house.access.sign_ins.add(SIGN_IN)
    with pytest.raises(Conflict):
        house.access.sign_ins.add(replace(SIGN_IN, digest="other", user_id="gone"))


def test_sign_ins_newest_first(house: Stores) -> None:
    """One user's only; those that had expired when a new one was made are gone."""
    add = house.access.sign_ins.add
    add(replace(SIGN_IN, digest="expired", expires_at=NOW + 2 * TICK))
    add(replace(SIGN_IN, digest="b", created_at=NOW + TICK))
    add(replace(SIGN_IN, digest="a", created_at=NOW))
    add(replace(SIGN_IN, digest="c", created_at=NOW + 2 * TICK))
    add(replace(SIGN_IN, digest="bens", user_id="ben"))
    assert [each.digest for each in house.access.sign_ins.of("anna")] == ["c", "b", "a"]


def test_a_use_moves_forward_only(house: Stores) -> None:
    """An older use changes nothing, and what was ended does not come back."""
    sign_ins = house.access.sign_ins
    sign_ins.add(SIGN_IN)
    later, end = NOW + timedelta(minutes=1), NOW + timedelta(days=31)
    sign_ins.seen("digest", later, end)
    sign_ins.seen("digest", later - TICK, NOW)
    assert sign_ins.of("anna") == (replace(SIGN_IN, seen_at=later, expires_at=end),)
    sign_ins.end("anna", "digest")
    sign_ins.seen("digest", later + TICK, end)
    assert sign_ins.of("anna") == ()


def test_ending_sign_ins(house: Stores) -> None:
    """One by one, or all but one; another's are not touched."""
    sign_ins = house.access.sign_ins
    for digest in ("a", "b", "c", "d"):
        sign_ins.add(replace(SIGN_IN, digest=digest))
    sign_ins.add(replace(SIGN_IN, digest="bens", user_id="ben"))
    assert not sign_ins.end("ben", "a")
    assert sign_ins.end("anna", "a")
    assert not sign_ins.end("anna", "a")
    assert sign_ins.end_all("anna", but="c") == 2
    assert [each.digest for each in sign_ins.of("anna")] == ["c"]
    assert sign_ins.end_all("anna") == 1
    assert sign_ins.end_all("anna") == 0
    assert len(sign_ins.of("ben")) == 1


@pytest.mark.parametrize("token", [TOKEN, replace(TOKEN, expires_at=None, used_at=None)])
def test_a_token_comes_back_whole(house: Stores, token: AccessToken) -> None:
    """By its digest, with whose it is, and in the list."""
    tokens = house.access.tokens
    tokens.add(token)
    assert tokens.token("digest") == (token, User("anna", "home", "anna@example.org"))
    assert tokens.token("other") is None
    assert tokens.of("anna") == (token,)
    assert tokens.of("ben") == ()
    for taken in (token, replace(token, digest="x"), replace(token, id="x")):
        with pytest.raises(Conflict):
            tokens.add(taken)
    with pytest.raises(Conflict):
        tokens.add(replace(token, id="x", digest="x", user_id="gone"))


def test_tokens_newest_first(house: Stores) -> None:
    """A token's use moves forward only."""
    tokens = house.access.tokens
    tokens.add(replace(TOKEN, id="b", digest="b", created_at=NOW + TICK, used_at=None))
    tokens.add(replace(TOKEN, id="a", digest="a"))
    tokens.used("b", NOW + TICK)
    tokens.used("b", NOW)
    tokens.used("gone", NOW)
    assert [(each.id, each.used_at) for each in tokens.of("anna")] == [("b", NOW + TICK), ("a", NOW)]


def test_revoking_tokens(house: Stores) -> None:
    """By their user only, once."""
    tokens = house.access.tokens
    tokens.add(TOKEN)
    with pytest.raises(NotFound):
        tokens.revoke("ben", "token-1")
    assert tokens.revoke("anna", "token-1") == TOKEN
    with pytest.raises(NotFound, match="token-1"):
        tokens.revoke("anna", "token-1")
    assert tokens.token("digest") is None


@pytest.mark.parametrize(
    "invitation", [INVITATION, Invitation("digest", Purpose.SET_UP, NOW + timedelta(hours=1))]
)
def test_an_invitation_serves_once(house: Stores, invitation: Invitation) -> None:
    """Looking does not use it up; what expired is forgotten when another one is made."""
    invitations = house.access.invitations
    invitations.add(replace(invitation, digest="old", expires_at=NOW + TICK), NOW)
    assert invitations.look("old") is not None
    invitations.add(invitation, NOW + TICK)
    assert invitations.look("old") is None
    assert invitations.look("digest") == invitation
    assert invitations.take("digest") == invitation
    assert invitations.take("digest") is None
    assert invitations.look("digest") is None


def test_an_invitation_is_taken_by_one(house: Stores) -> None:
    """Of eight at one moment exactly one."""
    house.access.invitations.add(INVITATION, NOW)
    with pytest.raises(Conflict):
        house.access.invitations.add(INVITATION, NOW)

    def take(_: int) -> None:
        if house.access.invitations.take("digest") is None:
            raise Conflict("late")

    assert winners(take) == 1


def test_the_trail(house: Stores) -> None:
    """Newest first, of a household or of all; what is older than a moment is forgotten."""
    trail = house.access.trail
    for number, household_id in enumerate(["home", "away", None, "home", "home"]):
        trail.record(entry(number, household_id, NOW + number * TICK))
    trail.record(entry(5, "home", NOW + 4 * TICK))
    late = NOW + timedelta(days=1)
    assert trail.entries("home", late, 2) == (entry(5, at=NOW + 4 * TICK), entry(4, at=NOW + 4 * TICK))
    assert [each.id for each in trail.entries("home", NOW + 4 * TICK, 9)] == ["audit-3", "audit-0"]
    assert [each.id for each in trail.entries(None, NOW + 3 * TICK, 2)] == ["audit-2", "audit-1"]
    assert trail.forget(NOW + TICK) == 1
    assert len(trail.entries(None, late, 99)) == 5
