"""What SQLite alone has to keep its word on about who may come in."""

from datetime import UTC, datetime, timedelta

import pytest

from spottypottysense.access.model import AccessToken, Invitation, Password, Purpose, Scope, SignIn
from spottypottysense.accounts.model import Household, User
from spottypottysense.runtimes.appliance.sqlite.access import (
    BY_DIGEST,
    BY_EMAIL,
    BY_USER,
    SIGN_IN,
    TOKENS_OF,
    sqlite_access,
)
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.invitations import SWEEP, TAKE
from spottypottysense.runtimes.appliance.sqlite.trail import FORGET, OF_ALL, OF_HOUSEHOLD

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
TABLES = ("passwords", "sign_ins", "access_tokens", "invitations")
VALUES = {"email": "a", "id": "a", "before": 1, "limit": 1, "household_id": "a"}


@pytest.mark.parametrize(
    "sql", [BY_EMAIL, BY_USER, SIGN_IN, BY_DIGEST, TOKENS_OF, SWEEP, TAKE, OF_ALL, OF_HOUSEHOLD, FORGET]
)
def test_coming_in_scans_no_table(database: Database, sql: str) -> None:
    """Whatever is asked at the door is found by an index, however many people there are."""
    with database.read() as connection:
        values = VALUES if ":" in sql else ("a",)
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [step for step in plan if step.startswith("SCAN")] == []
    if sql in (OF_ALL, OF_HOUSEHOLD):
        assert len(plan) == 1  # sorted by the index, not anew for each page


def test_all_goes_with_its_user(database: Database) -> None:
    """Whoever is removed leaves nothing behind that opens the door; the trail stays."""
    accounts, access = SqliteAccounts(database), sqlite_access(database)
    accounts.save_household(Household("home", "Home"))
    for name in ("anna", "ben"):
        accounts.save_user(User(name, "home", f"{name}@example.org"))
        access.passwords.save(Password(name, "hashed", NOW))
        access.sign_ins.add(SignIn(f"sign-in of {name}", name, NOW, NOW, LATER))
        access.tokens.add(AccessToken(name, name, "lamp", name, frozenset({Scope.READ}), NOW))
        access.invitations.add(Invitation(f"link of {name}", Purpose.RESET, LATER, "home", name), NOW)
    with database.write() as connection:
        connection.execute("DELETE FROM users WHERE id = 'anna'")
        for table in TABLES:
            owners = [row["user_id"] for row in connection.execute(f"SELECT user_id FROM {table}")]  # noqa: S608  ours
            assert owners == ["ben"]
