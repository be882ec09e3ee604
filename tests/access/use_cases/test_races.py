from pathlib import Path

import pytest

from access.door import CARLS, HOME, Door, newcomer
from contracts.races import winners
from contracts.stores import IMPLEMENTATIONS
from spottypottysense.access.model import Newcomer
from spottypottysense.accounts.model import Role
from spottypottysense.errors import Conflict, NotFound, NotSignedIn, Unavailable
from spottypottysense.secret import Secret

each_store = pytest.mark.parametrize("kind", IMPLEMENTATIONS)


def accepted(door: Door, secret: Secret, who: Newcomer) -> None:
    """Come in by a link; whoever is too late, or finds no turn to hash, has lost."""
    try:
        door.access.invitations.accept(secret, who, HOME)
    except (NotFound, NotSignedIn, Unavailable):
        raise Conflict("late") from None


@each_store
def test_one_of_many_joins_by_a_link(kind: str, tmp_path: Path) -> None:
    """Eight people use one link at one moment: one comes in, and nobody else is added."""
    with IMPLEMENTATIONS[kind](tmp_path) as stores:
        door = Door(stores.accounts, stores.access)
        secret, _ = door.access.invitations.invite(door.enter(), Role.MEMBER, HOME)
        assert winners(lambda n: accepted(door, secret, newcomer(f"{n}@example.org"))) == 1
        assert len(stores.accounts.users("home")) == 3


@each_store
def test_one_of_many_links_makes_the_first_owner(kind: str, tmp_path: Path) -> None:
    """Eight links for the first owner are used at one moment: there is one household and one owner."""
    with IMPLEMENTATIONS[kind](tmp_path) as stores:
        door = Door(stores.accounts, stores.access, furnish=False)
        links = [door.access.invitations.set_up_link("")[0] for _ in range(8)]
        assert winners(lambda n: accepted(door, links[n], newcomer(f"{n}@example.org"))) == 1
        (home,) = stores.accounts.households()
        (owner,) = stores.accounts.users(home.id)
        assert owner.role is Role.OWNER


@each_store
def test_one_of_many_resets_a_password(kind: str, tmp_path: Path) -> None:
    """The password is the winner's, who alone is signed in."""
    with IMPLEMENTATIONS[kind](tmp_path) as stores:
        door = Door(stores.accounts, stores.access)
        secret, _ = door.access.invitations.reset_link("anna", "")
        assert winners(lambda n: accepted(door, secret, Newcomer(Secret(f"{CARLS.reveal()} {n}")))) == 1
        assert len(door.access.desk.sign_ins("anna")) == 1
