"""What every `GrantStore` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.races import winners
from spottypottysense.accounts.model import User
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.grants.model import Attempt, Grant, GrantState, Secret
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRANT = Grant(
    user_id="anna",
    client_id="client",
    access_token=Secret("access"),
    refresh_token=Secret("refresh"),
    expires_at=NOW + timedelta(hours=1, microseconds=1),
    due_at=NOW + timedelta(minutes=50, microseconds=2),
    consented_at=NOW - timedelta(days=3),
    account_id="spotify-account",
    scope=frozenset({"user-read-playback-state", "user-modify-playback-state"}),
)
FULL = replace(
    GRANT,
    state=GrantState.DOUBTED,
    refusals=1,
    failures=2,
    previous=Secret("previous"),
    previous_until=NOW + timedelta(minutes=10),
    attempt=Attempt("process", NOW + timedelta(seconds=60, microseconds=3)),
)
DEAD = replace(
    GRANT, scope=frozenset(), account_id="", state=GrantState.DEAD, dead_reason=Reason.LOST_IN_CRASH
)


@pytest.mark.parametrize("grant", [GRANT, FULL, DEAD, replace(FULL, previous=Secret(""))])
def test_grant_comes_back_whole(house: Stores, grant: Grant) -> None:
    """Every field of a grant survives storage, with version 1 after the first write."""
    assert house.grants.save(grant) == replace(grant, version=1)
    assert house.grants.grant("anna") == replace(grant, version=1)


def test_unknown_grant(house: Stores) -> None:
    """A user who has not connected has no grant."""
    with pytest.raises(NotFound):
        house.grants.grant("anna")


def test_every_write_counts(house: Stores) -> None:
    """A write that names the stored version replaces the grant and moves the version on."""
    first = house.grants.save(GRANT)
    second = house.grants.save(replace(first, access_token=Secret("newer"), client_id="other"))
    assert second.version == 2
    assert house.grants.grant("anna") == second


@pytest.mark.parametrize("version", [0, 1, 3])
def test_stale_write_is_refused(house: Stores, version: int) -> None:
    """A write that names another version than the stored one changes nothing."""
    stored = house.grants.save(house.grants.save(GRANT))
    with pytest.raises(Conflict):
        house.grants.save(replace(GRANT, access_token=Secret("wrong"), version=version))
    assert house.grants.grant("anna") == stored


def test_write_without_a_stored_grant_is_refused(house: Stores) -> None:
    """A write that names a version fails when nothing is stored, as after a disconnect."""
    with pytest.raises(Conflict):
        house.grants.save(replace(GRANT, version=1))


def test_one_of_many_writers_wins(house: Stores) -> None:
    """Of eight writers that read the same version, or that read nothing, exactly one is obeyed."""
    assert winners(lambda n: house.grants.save(replace(GRANT, access_token=Secret(f"{n}")))) == 1
    read = house.grants.grant("anna")
    assert winners(lambda n: house.grants.save(replace(read, access_token=Secret(f"{n}")))) == 1
    assert house.grants.grant("anna").version == 2


def test_every_field_is_replaced(house: Stores) -> None:
    """A write leaves nothing of the one before it, be it more or less."""
    saved = house.grants.save(GRANT)
    for grant in (FULL, DEAD, FULL, GRANT):
        saved = house.grants.save(replace(grant, version=saved.version))
        assert house.grants.grant("anna") == saved == replace(grant, version=saved.version)


def connect(house: Stores, name: str, grant: Grant) -> None:
    """Make a user who has this grant."""
    house.accounts.save_user(User(name, "home", f"{name}@example.org"))
    house.grants.save(replace(grant, user_id=name))


def test_due_longest_first(house: Stores) -> None:
    """Grants that are not dead are due from their moment on, the longest due first, up to the limit."""
    for name, minutes, state in (
        ("edge", 10, GrantState.WORKING),
        ("later", 11, GrantState.WORKING),
        ("doubted", 5, GrantState.DOUBTED),
        ("first", 1, GrantState.WORKING),
        ("dead", 2, GrantState.DEAD),
        ("also-edge", 10, GrantState.WORKING),
    ):
        connect(house, name, replace(GRANT, due_at=NOW + timedelta(minutes=minutes), state=state))
    now = NOW + timedelta(minutes=10)
    assert house.grants.due(now, 10) == ("first", "doubted", "also-edge", "edge")
    assert house.grants.due(now, 2) == ("first", "doubted")
    assert house.grants.due(NOW, 10) == ()


def test_refreshed_grant_is_due_no_more(house: Stores) -> None:
    """A write moves the grant in the order of what is due."""
    first = house.grants.save(GRANT)
    house.grants.save(replace(first, due_at=NOW + timedelta(hours=3)))
    assert house.grants.due(NOW + timedelta(hours=2), 10) == ()


def test_seats(house: Stores) -> None:
    """Whoever has a grant through an app sits there, also with a dead one."""
    connect(house, "carl", DEAD)
    connect(house, "anna", GRANT)
    connect(house, "ben", replace(GRANT, client_id="other"))
    assert house.census.seats("client") == ("anna", "carl")
    assert house.census.seats("other") == ("ben",)
    assert house.census.seats("unknown") == ()
    assert house.census.user_ids() == ("anna", "ben", "carl")
    house.grants.delete("anna")
    assert house.census.seats("client") == ("carl",)
    assert house.census.user_ids() == ("ben", "carl")


def test_consents_by_age(house: Stores) -> None:
    """Consents older than a moment are told, the oldest first; those of dead grants are not."""
    for name, days in (("anna", 10), ("ben", 30), ("carl", 20)):
        connect(house, name, replace(FULL, consented_at=NOW - timedelta(days=days)))
    connect(house, "dora", replace(DEAD, consented_at=NOW - timedelta(days=40)))
    older = house.census.consented_before(NOW - timedelta(days=10))
    assert older == (("ben", NOW - timedelta(days=30)), ("carl", NOW - timedelta(days=20)))


def test_forgotten_grant(house: Stores) -> None:
    """A forgotten grant is gone, forgetting it twice is fine, and the user can connect anew."""
    house.grants.save(GRANT)
    house.grants.delete("anna")
    house.grants.delete("anna")
    with pytest.raises(NotFound):
        house.grants.grant("anna")
    assert house.grants.save(GRANT).version == 1


def test_holding_writes_the_attempt_alone(house: Stores) -> None:
    """Whatever else differs in the grant that is held, only its attempt is stored, under a new version."""
    stored = house.grants.save(GRANT)
    attempt = Attempt("process", NOW + timedelta(seconds=60))
    (held,) = house.grants.hold([replace(stored, attempt=attempt, access_token=Secret("other"))])
    assert (held.version, held.attempt) == (2, attempt)
    assert house.grants.grant("anna") == replace(stored, attempt=attempt, version=2)
    assert house.grants.hold([replace(stored, attempt=None)]) == ()
    assert house.grants.hold([replace(GRANT, user_id="nobody", version=1)]) == ()
    assert house.grants.grant("anna") == replace(stored, attempt=attempt, version=2)


def test_one_of_many_holds(house: Stores) -> None:
    """Of eight callers that want to ask Spotify at once, exactly one may."""
    read = house.grants.save(GRANT)
    attempt = Attempt("process", NOW)
    held: list[Grant] = []
    winners(lambda n: held.extend(house.grants.hold([replace(read, attempt=replace(attempt, owner=f"{n}"))])))
    assert held == [house.grants.grant("anna")]


def test_many_at_once(house: Stores) -> None:
    """Many are read, held and saved together; whom somebody else wrote meanwhile is left out and kept."""
    names = ("anna", "ben", "carl")
    for name in names:
        connect(house, name, GRANT)
    house.grants.save(replace(house.grants.grant("ben"), access_token=Secret("rival")))
    read = {grant.user_id: grant for grant in house.grants.grants(("anna", "carl", "nobody"))}
    assert set(read) == {"anna", "carl"}
    wanted = [*read.values(), replace(GRANT, user_id="ben", version=1), replace(GRANT, version=0)]
    for number, write in enumerate((house.grants.hold, house.grants.save_all), start=2):
        attempt = Attempt(f"process {number}", NOW)
        written = write([replace(grant, attempt=attempt) for grant in wanted])
        assert {grant.user_id: grant.version for grant in written} == {"anna": number, "carl": number}
        assert set(house.grants.grants(("anna", "carl"))) == set(written)
        wanted = [*written, *wanted[2:]]
    assert house.grants.grant("ben").access_token == Secret("rival")
    assert house.grants.grants(()) == house.grants.hold(()) == house.grants.save_all(()) == ()
