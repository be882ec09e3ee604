"""Keys are rotated while the house goes on, and no grant is lost."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import Conflict
from spottypottysense.grants.model import ClientApp, Grant, Secret
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.apps import SqliteApps
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USERS = [f"user-{number}" for number in range(12)]
OWN = ClientApp("own", Secret("of-own"))

ROTATES = """
import sys
from pathlib import Path
from spottypottysense.errors import Conflict
from spottypottysense.runtimes.appliance.sqlite.apps import SqliteApps
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.vault import Vault

directory = Path(sys.argv[1])
database, vault = Database(directory / "spotty.db"), Vault(directory / "spotty.key")
grants, apps = SqliteGrants(database, vault), SqliteApps(database, vault, None)

def write_anew(user_id):
    while True:
        try:
            return grants.save(grants.grant(user_id))
        except Conflict:
            pass

for _ in range(10):
    vault.add_key()
    apps.reseal()
    for user_id in grants.user_ids():
        write_anew(user_id)
    vault.forget_old_keys()
database.close()
"""


def test_two_rotate_while_a_third_works(database: Database, tmp_path: Path) -> None:
    """Two processes rotate again and again; a third reads and writes all along and can open all."""
    accounts, vault = SqliteAccounts(database), Vault(tmp_path / "spotty.key")
    grants, apps = SqliteGrants(database, vault), SqliteApps(database, vault, None)
    accounts.save_household(Household("home", "Home"))
    apps.set_app("home", OWN)
    for user_id in USERS:
        accounts.save_user(User(user_id, "home", f"{user_id}@example.org"))
        grants.save(Grant(user_id, "own", Secret("0"), Secret(f"of {user_id}"), NOW, NOW, NOW))
    rotate = [sys.executable, "-c", ROTATES, str(tmp_path)]

    with ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(rotate)) for _ in range(2)]

        def work(user_id: str) -> int:
            for number in count(1):
                grant = grants.grant(user_id)
                assert (grant.access_token, grant.refresh_token) == (
                    Secret(f"{number - 1}"),
                    Secret(f"of {user_id}"),
                )
                assert apps.app_for(user_id) == apps.app("own") == OWN
                write(grants, grant, Secret(f"{number}"))
                if all(process.poll() is not None for process in processes):
                    return number
            raise AssertionError

        with ThreadPoolExecutor(len(USERS)) as pool:
            written = dict(zip(USERS, pool.map(work, USERS), strict=True))
    assert [process.returncode for process in processes] == [0, 0]
    fresh = SqliteGrants(database, Vault(tmp_path / "spotty.key"))
    assert {user_id: fresh.grant(user_id).access_token for user_id in USERS} == {
        user_id: Secret(f"{number}") for user_id, number in written.items()
    }
    assert SqliteApps(database, Vault(tmp_path / "spotty.key"), None).app("own") == OWN


def write(grants: SqliteGrants, grant: Grant, token: Secret) -> None:
    """Write a new token, over whatever the rotations did meanwhile."""
    while True:
        try:
            grants.save(replace(grant, access_token=token))
        except Conflict:
            grant = grants.grant(grant.user_id)
        else:
            return
