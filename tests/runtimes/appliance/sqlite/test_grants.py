"""Tokens never lie in the file in the clear."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import Conflict, NeedsPerson
from spottypottysense.grants.model import Grant, Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA = Grant("anna", "client", Secret("access-of-anna"), Secret("refresh-of-anna"), NOW, NOW, NOW)
BEN = Grant("ben", "client", Secret("access-of-ben"), Secret("refresh-of-ben"), NOW, NOW, NOW)


@pytest.fixture
def grants(database: Database, tmp_path: Path) -> SqliteGrants:
    """A store with the grants of anna and ben."""
    accounts = SqliteAccounts(database)
    accounts.save_household(Household("home", "Home"))
    store = SqliteGrants(database, Vault(tmp_path / "spotty.key"))
    for grant in (ANNA, BEN):
        accounts.save_user(User(grant.user_id, "home", f"{grant.user_id}@example.org"))
        store.save(grant)
    return store


def test_no_token_in_any_file(grants: SqliteGrants, database: Database) -> None:
    """Neither token is found in the database, its log or the key file."""
    assert grants.grant("anna") == replace(ANNA, version=1)
    for file in database.path.parent.iterdir():
        content = file.read_bytes()
        assert b"access-of" not in content
        assert b"refresh-of" not in content


def test_swapped_tokens_do_not_open(grants: SqliteGrants, database: Database) -> None:
    """Tokens copied into another user's row open for nobody, and the others' grants still do."""
    with database.write() as connection:
        sql = "UPDATE grants SET access_token = (SELECT access_token FROM grants WHERE user_id = 'ben')"
        connection.execute(f"{sql} WHERE user_id = 'anna'")
    with pytest.raises(NeedsPerson, match="grant of anna is damaged: connect Spotify again") as caught:
        grants.grant("anna")
    assert caught.value.reason is Reason.RECONNECT
    assert grants.grant("ben") == replace(BEN, version=1)


def test_other_key(grants: SqliteGrants, database: Database, tmp_path: Path) -> None:
    """With another key file what is due is still known, and opening a grant says what is wrong."""
    other = SqliteGrants(database, Vault(tmp_path / "other.key"))
    assert other.due(datetime(2027, 1, 1, tzinfo=UTC), 10) == grants.due(datetime(2027, 1, 1, tzinfo=UTC), 10)
    with pytest.raises(
        NeedsPerson, match=r"another key than the one in .*other\.key: put that key file back"
    ):
        other.grant("ben")


def test_grant_of_nobody(grants: SqliteGrants) -> None:
    """A grant needs its user."""
    with pytest.raises(Conflict, match="does not exist"):
        grants.save(replace(ANNA, user_id="ghost"))
