"""Secrets never lie in the file in the clear."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spottypottysense.accounts.model import Household, User
from spottypottysense.clock import ManualClock
from spottypottysense.errors import Conflict, NeedsPerson, NotFound
from spottypottysense.grants.model import ClientApp, Grant, PendingConsent, Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.apps import SqliteApps
from spottypottysense.runtimes.appliance.sqlite.consents import SqlitePendingConsents
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import CONSENTED_BEFORE, DUE, SEATS, SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA, BEN = (
    Grant(
        name,
        "client",
        Secret(f"access-of-{name}"),
        Secret(f"refresh-of-{name}"),
        NOW,
        NOW,
        NOW,
        previous=Secret(f"previous-of-{name}"),
    )
    for name in ("anna", "ben")
)
PENDING = PendingConsent("state", "anna", "client", "http://[::1]/", Secret("verifier-of-anna"), NOW)


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


def test_no_secret_in_any_file(grants: SqliteGrants, database: Database, tmp_path: Path) -> None:
    """No token, verifier or client secret is found in the database, its log or the key file."""
    vault = Vault(tmp_path / "spotty.key")
    SqlitePendingConsents(database, vault, ManualClock(NOW)).add(PENDING)
    SqliteApps(database, vault, None).set_app("home", ClientApp("own", Secret("secret-of-home")))
    assert grants.grant("anna") == replace(ANNA, version=1)
    content = b"".join(file.read_bytes() for file in database.path.parent.iterdir())
    assert b"anna@example.org" in content
    for secret in (b"access-of", b"refresh-of", b"previous-of", b"verifier-of", b"secret-of"):
        assert secret not in content


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


def test_due_touches_no_row(database: Database) -> None:
    """What is due, and whose consent is old, is read from an index alone, past all secrets."""
    with database.read() as connection:
        for sql, values in ((DUE, (1, 2)), (CONSENTED_BEFORE, (1,)), (SEATS, ("client",))):
            plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            assert len(plan) == 1
            assert "USING COVERING INDEX" in plan[0]


def test_swapped_client_secret_does_not_open(
    grants: SqliteGrants, database: Database, tmp_path: Path
) -> None:
    """A client secret in another household's row opens for nobody, and the error says what to do."""
    assert grants
    apps = SqliteApps(database, Vault(tmp_path / "spotty.key"), None)
    SqliteAccounts(database).save_household(Household("away", "Away"))
    apps.set_app("home", ClientApp("own", Secret("secret-of-home")))
    with database.write() as connection:
        connection.execute("UPDATE apps SET household_id = 'away'")
    with pytest.raises(NeedsPerson, match="'own' cannot be unsealed: set the app again") as caught:
        apps.app("own")
    assert caught.value.reason is Reason.APP_MISCONFIGURED
    apps.reseal()
    apps.set_app("home", None)
    with pytest.raises(NeedsPerson) as caught:
        apps.app_for("anna")
    assert caught.value.reason is Reason.NO_APP


def test_verifier_of_another_key(grants: SqliteGrants, database: Database, tmp_path: Path) -> None:
    """A pending consent that cannot be unsealed is as good as none: its user begins anew."""
    assert grants
    clock = ManualClock(NOW)
    SqlitePendingConsents(database, Vault(tmp_path / "spotty.key"), clock).add(PENDING)
    with pytest.raises(NotFound):
        SqlitePendingConsents(database, Vault(tmp_path / "other.key"), clock).take("state")


def test_grant_goes_with_its_user(grants: SqliteGrants, database: Database) -> None:
    """Deleting a user deletes the grant."""
    with database.write() as connection:
        connection.execute("DELETE FROM users WHERE id = 'anna'")
    assert grants.user_ids() == ("ben",)
