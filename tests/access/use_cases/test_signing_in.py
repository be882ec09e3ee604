from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from access.door import ANNAS, BENS, ELSEWHERE, HOME, NOON, WRONG, Door
from memory.access import MemorySignIns, MemoryTokens, People, memory_access
from memory.house import MemoryAccounts
from spottypottysense.access.model import Act, Caller, Password, Scope
from spottypottysense.accounts.model import Role, User
from spottypottysense.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable
from spottypottysense.secret import Secret

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def test_the_cookie_tells_who_comes(door: Door) -> None:
    """An owner may do everything, a member may look and command; the trail names browser and address."""
    cookie, caller = door.access.desk.sign_in("anna@example.org", ANNAS, HOME, "Firefox")
    assert door.access.desk.caller_of_cookie(cookie) == caller
    assert (caller.user_id, caller.household_id, caller.role) == ("anna", "home", Role.OWNER)
    assert caller.scopes == frozenset(Scope)
    assert door.enter("ben@example.org", BENS).scopes == {Scope.READ, Scope.CONTROL}
    assert door.trail()[0] == (Act.SIGNED_IN, "anna", "Firefox", HOME)
    assert len(cookie.reveal()) == 43


def test_an_address_in_capitals(door: Door) -> None:
    """Phones write the first letter large, and people a space behind."""
    assert door.enter(" Anna@Example.org ").user_id == "anna"


def test_nobody_is_told_who_has_an_account(door: Door) -> None:
    """A wrong password, an unknown address, no password, a user switched off: one sentence, one hash each."""
    door.accounts.save_user(replace(door.user("ben"), active=False))
    said = set()
    tries = {
        "anna@example.org": WRONG,
        "nobody@example.org": WRONG,
        "dora@example.org": WRONG,
        "ben@example.org": BENS,
        "": Secret(""),
    }
    for number, (email, password) in enumerate(tries.items(), 1):
        with pytest.raises(NotSignedIn) as refused:
            door.enter(email, password)
        said.add(str(refused.value))
        assert door.hasher.checks == number
    assert len(said) == 1
    assert door.trail() == [
        (Act.REFUSED, "anna", "anna@example.org", HOME),
        (Act.REFUSED, None, "", HOME),
        (Act.REFUSED, "dora", "dora@example.org", HOME),
        (Act.REFUSED, "ben", "ben@example.org", HOME),
        (Act.REFUSED, None, "", HOME),
    ]


def test_no_secret_is_kept_or_told(door: Door) -> None:
    """Neither stores nor trail nor errors hold what was typed or what the cookie holds."""
    cookie, caller = door.access.desk.sign_in("anna@example.org", ANNAS, HOME)
    with pytest.raises(NotSignedIn) as refused:
        door.enter(WRONG.reveal(), WRONG)  # the password in the wrong field
    seen = [door.trail(), door.access.desk.sign_ins("anna"), caller, refused.value, cookie]
    for secret in (cookie, ANNAS, WRONG):
        assert secret.reveal() not in repr(seen)


def test_letters_that_keyboards_write_differently(door: Door) -> None:
    """A password of composed letters is the same in pieces; half a character harms nobody."""
    caller = door.enter()
    door.access.desk.set_password(caller, ANNAS, Secret("g\u00fcldene k\u00e4mme"), HOME)
    assert door.enter(password=Secret("gu\u0308ldene ka\u0308mme")).user_id == "anna"
    with pytest.raises(NotSignedIn):
        door.enter(password=Secret("\ud800" * 3000))


def test_a_sign_in_slides_for_half_a_year(door: Door) -> None:
    """Seen every 29 days it lasts for 180 days; not seen for 30 it ends."""
    desk = door.access.desk
    cookie, _ = desk.sign_in("anna@example.org", ANNAS, HOME)
    idle, _ = desk.sign_in("anna@example.org", ANNAS, HOME)
    for _ in range(6):
        door.clock.advance(29 * DAY)
        desk.caller_of_cookie(cookie)
    assert [sign_in.created_at for sign_in in desk.sign_ins("anna")] == [NOON]
    door.clock.advance(6 * DAY - timedelta(microseconds=1))
    desk.caller_of_cookie(cookie)
    door.clock.advance(timedelta(microseconds=1))
    for ended in (cookie, idle):
        with pytest.raises(NotSignedIn, match="sign in"):
            desk.caller_of_cookie(ended)


def test_a_use_is_noted_once_a_minute(door: Door) -> None:
    """Within a minute nothing is written."""
    desk = door.access.desk
    cookie, _ = desk.sign_in("anna@example.org", ANNAS, HOME)
    door.clock.advance(MINUTE - timedelta(microseconds=1))
    desk.caller_of_cookie(cookie)
    assert desk.sign_ins("anna")[0].seen_at == NOON
    door.clock.advance(timedelta(microseconds=1))
    desk.caller_of_cookie(cookie)
    assert desk.sign_ins("anna")[0].seen_at == NOON + MINUTE


@pytest.mark.parametrize("text", ["", "x", "ä" * 43, "\ud800" * 43, "A" * 43, "A" * 44, "A" * 43 + "\n"])
def test_what_is_no_cookie(door: Door, text: str) -> None:
    """Whatever it looks like, nobody is known by it."""
    with pytest.raises(NotSignedIn):
        door.access.desk.caller_of_cookie(Secret(text))


def test_whoever_is_switched_off_is_out_at_once(door: Door) -> None:
    """And a role that was changed counts from the next request on."""
    cookie, _ = door.access.desk.sign_in("ben@example.org", BENS, HOME)
    door.accounts.save_user(replace(door.user("ben"), role=Role.OWNER))
    assert door.access.desk.caller_of_cookie(cookie).role is Role.OWNER
    door.accounts.save_user(replace(door.user("ben"), active=False))
    with pytest.raises(NotSignedIn):
        door.access.desk.caller_of_cookie(cookie)


def test_signing_out(door: Door) -> None:
    """Here, at another browser by its digest, and everywhere; nobody signs others out."""
    desk = door.access.desk
    here, there, third = (door.enter() for _ in range(3))
    ben = door.enter("ben@example.org", BENS)
    with pytest.raises(NotFound, match="ended already"):
        desk.sign_out(ben, HOME, here.key)
    desk.sign_out(here, HOME)
    desk.sign_out(there, HOME, third.key)
    assert [sign_in.digest for sign_in in desk.sign_ins("anna")] == [there.key]
    assert desk.sign_out_everywhere(there, HOME) == 1
    assert desk.sign_ins("anna") == ()
    assert len(desk.sign_ins("ben")) == 1
    acts = [act for act, user_id, _, _ in door.trail() if user_id == "anna"]
    assert acts[3:] == [Act.SIGNED_OUT, Act.SIGNED_OUT, Act.SIGNED_OUT_EVERYWHERE]


def test_a_new_password_ends_other_sign_ins(door: Door) -> None:
    """The one that asked stays; the old password is of no use any more."""
    desk = door.access.desk
    here, _ = door.enter(), door.enter()
    new = Secret("quite another password")
    desk.set_password(here, ANNAS, new, HOME)
    assert [sign_in.digest for sign_in in desk.sign_ins("anna")] == [here.key]
    with pytest.raises(NotSignedIn):
        door.enter()
    assert door.enter(password=new).user_id == "anna"
    assert (Act.PASSWORD_SET, "anna", "", HOME) in door.trail()


def test_the_old_password_is_asked_for(door: Door) -> None:
    """A stolen cookie is not enough, and guessing is as slow as at the door."""
    caller = door.enter()
    for _ in range(5):
        with pytest.raises(Invalid, match="old password is wrong") as wrong:
            door.access.desk.set_password(caller, WRONG, BENS, HOME)
        assert wrong.value.field == "oldPassword"
    with pytest.raises(Unavailable):
        door.access.desk.set_password(caller, WRONG, BENS, HOME)
    assert door.enter(address=ELSEWHERE).user_id == "anna"


def test_a_password_of_nobody(door: Door) -> None:
    """Whoever was removed meanwhile is told that the old password is wrong."""
    gone = replace(door.enter(), user_id="gone")
    with pytest.raises(Invalid):
        door.access.desk.set_password(gone, ANNAS, BENS, HOME)


def test_a_token_signs_nobody_out(door: Door) -> None:
    """And sets no password: one that leaked must not lock its owner out."""
    caller = Caller("anna", "home", Role.OWNER, frozenset(Scope), "token-1", by_token=True)
    desk = door.access.desk
    with pytest.raises(NotAllowed, match="sign in for it"):
        desk.sign_out(caller, HOME)
    with pytest.raises(NotAllowed):
        desk.sign_out_everywhere(caller, HOME)
    with pytest.raises(NotAllowed):
        desk.set_password(caller, ANNAS, BENS, HOME)


def test_a_password_hashed_with_old_costs_is_hashed_anew(door: Door) -> None:
    """Only once, and when it was set stays as it was."""
    door.hasher.costs = 2
    door.enter()
    door.enter()
    assert door.hasher.hashes == 1
    login = door.stores.passwords.by_user("anna")
    assert login is not None
    assert login.password == Password("anna", f"2${ANNAS.reveal()}", NOON)


def test_no_time_to_hash_anew(door: Door) -> None:
    """Whoever proved the password comes in although nothing can be hashed for the moment."""

    def busy() -> None:
        if door.hasher.checks:
            raise Unavailable("busy")

    door.hasher.costs = 2
    door.hasher.before = busy
    assert door.enter().user_id == "anna"


def test_a_password_that_is_changed_while_somebody_signs_in(door: Door) -> None:
    """The sign-in by the old one does not outlive the moment, whether it or its user was replaced."""
    passwords = door.stores.passwords
    old = passwords.by_user("anna")
    assert old is not None
    assert old.password is not None
    passwords.save(Password("anna", "1$new", NOON + MINUTE))
    for user, password in ((old.user, old.password), (User("x", "home", "x@example.org"), old.password)):
        door.stores.sign_ins.end_all("anna")
        if user.id == "x":
            door.accounts.save_user(user)
        with pytest.raises(NotSignedIn):
            door.access.desk.let_in(user, password, "")
        assert door.access.desk.sign_ins(user.id) == ()


def test_a_password_that_is_changed_twice_at_a_time(door: Door) -> None:
    """The slower one is told."""
    caller = door.enter()

    def overtake() -> None:
        if door.hasher.checks == 2:
            door.stores.passwords.save(Password("anna", "1$faster", NOON + MINUTE))

    door.hasher.before = overtake
    with pytest.raises(Conflict, match="changed meanwhile"):
        door.access.desk.set_password(caller, ANNAS, BENS, HOME)


class FullSignIns(MemorySignIns):
    """Takes new ones, but notes no use."""

    def seen(self, digest: str, at: datetime, expires_at: datetime) -> None:  # noqa: ARG002
        """Raise."""
        raise Unavailable("The disk is full.")


class FullTokens(MemoryTokens):
    """Takes new ones, but notes no use."""

    def used(self, token_id: str, at: datetime) -> None:  # noqa: ARG002
        """Raise."""
        raise Unavailable("The disk is full.")


def test_a_full_disk_keeps_nobody_from_looking() -> None:
    """That a cookie or a token was used need not be written."""
    accounts = MemoryAccounts()
    people = People(accounts)
    full = replace(memory_access(accounts), sign_ins=FullSignIns(people), tokens=FullTokens(people))
    door = Door(accounts, full)
    cookie, caller = door.access.desk.sign_in("anna@example.org", ANNAS, HOME)
    token, _ = door.access.tokens.make(caller, "lamp", frozenset({Scope.READ}), None, HOME)
    door.clock.advance(MINUTE)
    assert door.access.desk.caller_of_cookie(cookie).user_id == "anna"
    assert door.access.tokens.caller_of_token(token).user_id == "anna"
