"""What every `GrantStore` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.races import winners
from spottypottysense.accounts.model import User
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.grants.model import Grant, GrantState, Secret

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRANT = Grant(
    user_id="anna",
    client_id="client",
    access_token=Secret("access"),
    refresh_token=Secret("refresh"),
    expires_at=NOW + timedelta(hours=1, microseconds=1),
    consented_at=NOW - timedelta(days=3),
    scope=frozenset({"user-read-playback-state", "user-modify-playback-state"}),
)


@pytest.mark.parametrize(
    "grant", [GRANT, replace(GRANT, scope=frozenset(), state=GrantState.DEAD, access_token=Secret(""))]
)
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


def test_due_most_urgent_first(house: Stores) -> None:
    """Working grants that expire before the moment are due, the most urgent first, up to the limit."""
    for name, minutes, state in (
        ("later", 9, GrantState.WORKING),
        ("now", 1, GrantState.WORKING),
        ("soon", 5, GrantState.WORKING),
        ("edge", 10, GrantState.WORKING),
        ("dead", 2, GrantState.DEAD),
    ):
        house.accounts.save_user(User(name, "home", f"{name}@example.org"))
        expires_at = NOW + timedelta(minutes=minutes)
        house.grants.save(replace(GRANT, user_id=name, expires_at=expires_at, state=state))
    before = NOW + timedelta(minutes=10)
    assert house.grants.due(before, 10) == ("now", "soon", "later")
    assert house.grants.due(before, 2) == ("now", "soon")
    assert house.grants.due(NOW, 10) == ()


def test_refreshed_grant_is_due_no_more(house: Stores) -> None:
    """A write moves the grant in the order of what is due."""
    first = house.grants.save(GRANT)
    house.grants.save(replace(first, expires_at=NOW + timedelta(hours=3)))
    assert house.grants.due(NOW + timedelta(hours=2), 10) == ()


def test_forgotten_grant(house: Stores) -> None:
    """A forgotten grant is gone, forgetting it twice is fine, and the user can connect anew."""
    house.grants.save(GRANT)
    house.grants.delete("anna")
    house.grants.delete("anna")
    with pytest.raises(NotFound):
        house.grants.grant("anna")
    assert house.grants.save(GRANT).version == 1
