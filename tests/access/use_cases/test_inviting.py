from dataclasses import replace
from datetime import timedelta

import pytest

from access.door import ANNAS, BENS, HOME, NOON, Door, newcomer
from spottypottysense.access.model import Act, Caller, Invitation, Newcomer, Purpose, Scope
from spottypottysense.access.policy.showing import digest_of
from spottypottysense.accounts.model import Household, Role, User
from spottypottysense.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from spottypottysense.secret import Secret

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def empty() -> Door:
    """A house of nobody."""
    return Door(furnish=False)


def set_up(door: Door, who: Newcomer) -> Caller:
    """Take a link for the first owner and use it."""
    secret, _ = door.access.invitations.set_up_link("")
    return door.access.invitations.accept(secret, who, HOME)[1]


def test_the_first_owner(empty: Door) -> None:
    """An empty installation gets a household and its owner, who is signed in."""
    secret, invitation = empty.access.invitations.set_up_link("command line")
    assert invitation.purpose is Purpose.SET_UP
    assert empty.access.invitations.look(secret) == invitation
    cookie, caller = empty.access.invitations.accept(secret, newcomer(), HOME, "Firefox")
    assert empty.access.desk.caller_of_cookie(cookie) == caller
    (home,) = empty.accounts.households()
    assert (home.name, home.time_zone) == ("Home", "Europe/Berlin")
    (user,) = empty.accounts.users(home.id)
    assert (user.email, user.name, user.role) == ("carl@example.org", "Carl", Role.OWNER)
    assert empty.enter("carl@example.org", newcomer().password).user_id == user.id
    assert empty.trail()[:2] == [
        (Act.INVITED, None, "set_up", "command line"),
        (Act.JOINED, user.id, "carl@example.org", HOME),
    ]


def test_there_is_one_first_owner(empty: Door) -> None:
    """Once somebody has a password, no link is made, and those that were made are worth nothing."""
    links = [empty.access.invitations.set_up_link("")[0] for _ in range(2)]
    assert not empty.access.invitations.is_set_up()
    empty.access.invitations.accept(links[0], newcomer(), HOME)
    assert empty.access.invitations.is_set_up()
    with pytest.raises(NotFound, match="ask for a new one"):
        empty.access.invitations.look(links[1])
    with pytest.raises(NotFound):
        empty.access.invitations.accept(links[1], newcomer("eve@example.org"), HOME)
    with pytest.raises(Conflict, match="spotty user reset"):
        empty.access.invitations.set_up_link("")


def test_somebody_whom_the_command_line_added(empty: Door) -> None:
    """Who is known by the e-mail address is adopted, as an owner, under the name that is known."""
    empty.accounts.save_household(Household("home", "Castle"))
    empty.accounts.save_user(User("carl", "home", "carl@example.org", "Karl", Role.MEMBER))
    caller = set_up(empty, replace(newcomer("Carl@example.org"), name=""))
    assert (caller.user_id, caller.role, caller.household_id) == ("carl", Role.OWNER, "home")
    assert empty.user("carl").name == "Karl"


def test_a_household_that_is_there_already(empty: Door) -> None:
    """Somebody unknown becomes owner of the only household, and of several founds one more."""
    empty.accounts.save_household(Household("home", "Castle"))
    assert set_up(empty, newcomer()).household_id == "home"
    other = Door(furnish=False)
    for name in ("a", "b"):
        other.accounts.save_household(Household(name, name))
    assert set_up(other, newcomer()).household_id not in ("a", "b")
    assert len(other.accounts.households()) == 3


def test_whoever_is_switched_off_does_not_set_up(empty: Door) -> None:
    """And the link still works for somebody else."""
    empty.accounts.save_household(Household("home", "Castle"))
    empty.accounts.save_user(User("carl", "home", "carl@example.org", active=False))
    secret, _ = empty.access.invitations.set_up_link("")
    with pytest.raises(Conflict, match="switched off"):
        empty.access.invitations.accept(secret, newcomer(), HOME)
    assert empty.access.invitations.accept(secret, newcomer("d@example.org"), HOME)[1].household_id == "home"


@pytest.mark.parametrize("role", Role)
def test_somebody_joins(door: Door, role: Role) -> None:
    """By a link of the owner's, within a week, once."""
    secret, invitation = door.access.invitations.invite(door.enter(), role, HOME)
    assert invitation.expires_at == NOON + 7 * DAY
    door.clock.advance(7 * DAY - timedelta(microseconds=1))
    _, caller = door.access.invitations.accept(secret, newcomer(), HOME)
    assert (caller.household_id, caller.role) == ("home", role)
    with pytest.raises(NotFound):
        door.access.invitations.accept(secret, newcomer("eve@example.org"), HOME)
    assert (Act.INVITED, "anna", role, HOME) in door.trail()
    assert secret.reveal() not in repr([door.trail(), invitation])


def test_who_may_invite(door: Door) -> None:
    """Owners who are signed in: no member, and no token."""
    with pytest.raises(NotAllowed, match="Only an owner"):
        door.access.invitations.invite(door.enter("ben@example.org", BENS), Role.MEMBER, HOME)
    secret, _ = door.access.tokens.make(door.enter(), "lamp", frozenset(Scope), None, HOME)
    with pytest.raises(NotAllowed, match="sign in"):
        door.access.invitations.invite(door.access.tokens.caller_of_token(secret), Role.MEMBER, HOME)


@pytest.mark.parametrize("wait", [7 * DAY, 8 * DAY])
def test_a_link_that_is_too_old(door: Door, wait: timedelta) -> None:
    """It is told like one that was used, and nothing is hashed for it."""
    secret, _ = door.access.invitations.invite(door.enter(), Role.MEMBER, HOME)
    door.clock.advance(wait)
    for text in (secret, Secret("A" * 43), Secret("")):
        with pytest.raises(NotFound, match="used already or is too old"):
            door.access.invitations.accept(text, newcomer(), HOME)
    assert door.hasher.hashes == 0


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (newcomer(password=Secret("short")), Invalid),
        (newcomer("no address"), Invalid),
        (newcomer("ANNA@example.org"), Conflict),
    ],
)
def test_a_mistake_leaves_the_link_as_it_was(door: Door, who: Newcomer, error: type[Exception]) -> None:
    """Whoever typed something wrong may try again."""
    secret, invitation = door.access.invitations.invite(door.enter(), Role.MEMBER, HOME)
    with pytest.raises(error):
        door.access.invitations.accept(secret, who, HOME)
    assert door.access.invitations.look(secret) == invitation
    assert door.access.invitations.accept(secret, newcomer(), HOME)[1].role is Role.MEMBER


def test_somebody_was_faster(door: Door) -> None:
    """Who loses the race for a link is told so, although it was good a moment ago."""
    secret, _ = door.access.invitations.invite(door.enter(), Role.MEMBER, HOME)

    def overtake() -> None:
        door.hasher.before = lambda: None
        door.access.invitations.accept(secret, newcomer("eve@example.org"), HOME)

    door.hasher.before = overtake
    with pytest.raises(NotFound):
        door.access.invitations.accept(secret, newcomer(), HOME)


def test_a_lost_password(door: Door) -> None:
    """The link sets a new one, signs out everywhere else and signs in here."""
    door.enter()
    secret, invitation = door.access.invitations.reset_link("anna", "command line")
    assert (invitation.expires_at, invitation.role) == (NOON + HOUR, Role.OWNER)
    new = Secret("quite another password")
    _, caller = door.access.invitations.accept(secret, Newcomer(new), HOME)
    assert caller.user_id == "anna"
    assert [each.digest for each in door.access.desk.sign_ins("anna")] == [caller.key]
    with pytest.raises(NotSignedIn):
        door.enter(password=ANNAS)
    assert door.enter(password=new).user_id == "anna"
    assert door.trail()[1:3] == [
        (Act.INVITED, None, "reset anna@example.org", "command line"),
        (Act.PASSWORD_SET, "anna", "anna@example.org", HOME),
    ]


def test_a_reset_for_nobody(door: Door) -> None:
    """There is none for an unknown user, nor for one who is switched off, then or meanwhile."""
    with pytest.raises(NotFound, match="user 'gone'"):
        door.access.invitations.reset_link("gone", "")
    secret, _ = door.access.invitations.reset_link("ben", "")
    door.accounts.save_user(replace(door.user("ben"), active=False))
    with pytest.raises(NotFound):
        door.access.invitations.accept(secret, Newcomer(BENS), HOME)
    with pytest.raises(Conflict, match="switched off"):
        door.access.invitations.reset_link("ben", "")
    removed = Secret("A" * 43)
    stray = Invitation(digest_of(removed), Purpose.RESET, NOON + HOUR, "home", "gone")
    door.stores.invitations.add(stray, NOON)
    with pytest.raises(NotFound):
        door.access.invitations.accept(removed, Newcomer(BENS), HOME)
