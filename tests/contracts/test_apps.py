"""What every `Apps` keeps its word on."""

import pytest

from contracts.stores import INSTALLATION
from memory.connections import MemoryApps
from spottypottysense.accounts.model import User
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NeedsPerson
from spottypottysense.grants.model import ClientApp, Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.apps import SqliteApps

OWN = ClientApp("own", Secret("of-own"))


@pytest.fixture
def apps(house: Stores) -> MemoryApps | SqliteApps:
    """The apps, which can be set as well; away has the user zoe."""
    house.accounts.save_user(User("zoe", "away", "zoe@example.org"))
    assert isinstance(house.apps, MemoryApps | SqliteApps)
    return house.apps


def test_installation_serves_all(apps: MemoryApps | SqliteApps) -> None:
    """Whose household has no app uses the installation's, whoever they are."""
    assert [apps.app_for(user) for user in ("anna", "zoe", "stranger")] == [INSTALLATION] * 3
    assert apps.app("installation") == INSTALLATION


@pytest.mark.parametrize("own", [OWN, ClientApp("own")], ids=["secret", "PKCE"])
def test_own_app_serves_its_household(apps: MemoryApps | SqliteApps, own: ClientApp) -> None:
    """A household's own app is for its users and for nobody else; both are found by their ids."""
    apps.set_app("home", own)
    assert [apps.app_for(user) for user in ("anna", "ben", "zoe")] == [own, own, INSTALLATION]
    assert [apps.app("own"), apps.app("installation")] == [own, INSTALLATION]


def test_app_changes_and_goes(apps: MemoryApps | SqliteApps) -> None:
    """A new app replaces the one before it, and taking it away brings the installation's back."""
    newer = ClientApp("newer", Secret("of-newer"))
    for app in (OWN, OWN, newer):
        apps.set_app("home", app)
        assert apps.app_for("anna") == app
    with pytest.raises(NeedsPerson) as caught:
        apps.app("own")
    assert caught.value.reason is Reason.APP_MISCONFIGURED
    for _ in range(2):
        apps.set_app("home", None)
        assert apps.app_for("anna") == INSTALLATION


@pytest.mark.parametrize("client_id", ["own", "installation"])
def test_app_of_others(apps: MemoryApps | SqliteApps, client_id: str) -> None:
    """An app that another household or the installation uses is refused, and nothing changes."""
    apps.set_app("home", OWN)
    with pytest.raises(Conflict):
        apps.set_app("away", ClientApp(client_id))
    assert apps.app_for("zoe") == INSTALLATION
    assert apps.app("own") == OWN


def test_app_of_nobody(apps: MemoryApps | SqliteApps) -> None:
    """An app needs its household."""
    with pytest.raises(Conflict):
        apps.set_app("nowhere", OWN)
