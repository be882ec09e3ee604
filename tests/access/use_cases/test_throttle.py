import random
from datetime import timedelta
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.door import ANNAS, ELSEWHERE, HOME, NOON, WRONG, Door
from spottypottysense.access.policy.throttling import MOST_ADDRESSES, MOST_EMAILS
from spottypottysense.access.use_cases import Throttle
from spottypottysense.clock import ManualClock
from spottypottysense.errors import NotSignedIn, Unavailable
from spottypottysense.reasons import Reason

SECOND = timedelta(seconds=1)
NOW = timedelta(0)


def wait(throttle: Throttle, address: str = HOME, email: str = "anna") -> timedelta:
    """Try once and return how long it has to wait; nothing if it was let through."""
    try:
        throttle.begin(address, email)
    except Unavailable as error:
        return error.retry_after if error.reason is Reason.TOO_MANY_TRIES and error.retry_after else -SECOND
    return NOW


@pytest.fixture
def clock() -> ManualClock:
    """A clock to turn."""
    return ManualClock(NOON)


@pytest.fixture
def throttle(clock: ManualClock) -> Throttle:
    """A throttle that knows of nothing."""
    return Throttle(clock)


def test_waits_grow_to_a_minute(throttle: Throttle, clock: ManualClock) -> None:
    """Five tries are free, then each costs twice the last wait, and never more than 60 s."""
    waits = []
    for _ in range(13):
        waits.append(wait(throttle))
        clock.advance(waits[-1])
        if waits[-1]:
            assert wait(throttle) == NOW
    assert [span / SECOND for span in waits] == [0] * 5 + [1, 2, 4, 8, 16, 32, 60, 60]


def test_trying_while_waiting_costs_nothing(throttle: Throttle, clock: ManualClock) -> None:
    """Whoever is impatient waits no longer than was said."""
    for _ in range(5):
        wait(throttle)
    assert wait(throttle) == SECOND
    clock.advance(SECOND / 4)
    assert wait(throttle) == SECOND * 3 / 4


def test_a_quarter_of_an_hour_forgets(throttle: Throttle, clock: ManualClock) -> None:
    """After 15 quiet minutes one begins anew."""
    for _ in range(5):
        wait(throttle)
    clock.advance(timedelta(minutes=15))
    assert [wait(throttle) for _ in range(6)] == [NOW] * 5 + [SECOND]


def test_a_clock_that_is_turned_back(throttle: Throttle, clock: ManualClock) -> None:
    """Nobody waits longer for that than the wait itself."""
    for _ in range(5):
        wait(throttle)
    clock.advance(-timedelta(days=365))
    assert wait(throttle) == SECOND


def test_one_address_and_many_names(throttle: Throttle) -> None:
    """Trying one password with many e-mail addresses is no way around it."""
    waits = [wait(throttle, email=f"user-{number}") for number in range(21)]
    assert waits == [NOW] * 20 + [SECOND]
    assert wait(throttle, ELSEWHERE, "user-1") == NOW


def test_whoever_is_right_begins_anew(throttle: Throttle) -> None:
    """The right password forgets those before it, for this person from there."""
    for _ in range(4):
        wait(throttle)
    throttle.begin(HOME, "anna")
    throttle.succeed(HOME, "anna")
    assert [wait(throttle) for _ in range(6)] == [NOW] * 5 + [SECOND]


def test_being_right_once_does_not_clear_the_address(throttle: Throttle) -> None:
    """An account of one's own is no way to go on guessing others' passwords."""
    free = 0
    while not wait(throttle, email=f"user-{free}"):
        free += 1
        if not wait(throttle, email="own"):
            throttle.succeed(HOME, "own")
    assert free == 20


def test_what_was_no_try_is_taken_back(throttle: Throttle) -> None:
    """Being sent away for lack of time counts for nothing; taking back what is forgotten harms nobody."""
    for _ in range(50):
        throttle.begin(HOME, "anna")
        throttle.undo(HOME, "anna")
    throttle.undo(ELSEWHERE, "anna")
    throttle.succeed(ELSEWHERE, "anna")
    assert wait(throttle) == NOW


def test_a_household_owns_a_whole_network(throttle: Throttle) -> None:
    """Addresses of one IPv6 /64 count as one, and IPv4 in IPv6's clothes as IPv4."""
    for number in range(5):
        wait(throttle, f"2001:db8::{number + 1}")
    assert wait(throttle, "2001:db8::ffff") == SECOND
    assert wait(throttle, "2001:db8:0:1::1") == NOW
    for _ in range(5):
        wait(throttle, f"::ffff:{HOME}", "ben")
    assert wait(throttle, HOME, "ben") == SECOND


def test_an_address_that_is_none(throttle: Throttle) -> None:
    """A socket without an address has one count of its own."""
    assert [wait(throttle, "") for _ in range(6)] == [NOW] * 5 + [SECOND]


def test_memory_is_bounded(throttle: Throttle) -> None:
    """Of very many addresses the oldest is forgotten, of one address' e-mails as well."""
    for _ in range(5):
        wait(throttle)
    for number in range(MOST_ADDRESSES):
        wait(throttle, str(IPv6Address((0x20010DB8 << 96) + (number << 64))))
    assert len(throttle._addresses) == MOST_ADDRESSES
    assert wait(throttle) == NOW
    for number in range(5 * MOST_EMAILS):
        wait(throttle, email=str(number))
    assert len(throttle._addresses[HOME].emails) <= MOST_EMAILS


def test_ten_thousand_wrong_passwords_slow_nobody_else(door: Door) -> None:
    """They cost five hashes, and the right password from elsewhere one, at once."""
    for _ in range(10_000):
        with pytest.raises((NotSignedIn, Unavailable)):
            door.enter(password=WRONG)
    assert door.hasher.checks == 5
    assert len(door.trail()) == 5
    assert door.enter(address=ELSEWHERE).user_id == "anna"
    assert door.hasher.checks == 6
    with pytest.raises(Unavailable, match="try again in 1 s"):
        door.enter(password=ANNAS)


@given(seed=st.integers(0, 2**32), pace=st.floats(0, 120))
def test_the_right_person_is_never_kept_out(seed: int, pace: float) -> None:
    """However a stranger guesses, at whatever pace, the right password from elsewhere opens at once."""
    door, dice = Door(), random.Random(seed)
    for _ in range(100):
        door.clock.advance(timedelta(seconds=dice.random() * pace))
        with pytest.raises((NotSignedIn, Unavailable)):
            door.enter(dice.choice(["anna@example.org", "ben@example.org", "x"]), WRONG)
        if dice.random() < 0.1:
            assert door.enter(address=ELSEWHERE).user_id == "anna"
    assert door.enter(address=ELSEWHERE).user_id == "anna"
