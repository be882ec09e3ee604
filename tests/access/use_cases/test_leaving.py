"""People leave."""

import pytest

from access.door import BENS, HOME, Door
from spottypottysense.access.model import Act, Scope
from spottypottysense.errors import Conflict, NotFound, NotSignedIn


def test_whoever_was_switched_off_comes_in_by_no_way(door: Door) -> None:
    """Password, sign-in and token open nothing any more, and the trail says who did it."""
    anna, ben = door.enter(), door.enter("ben@example.org", BENS)
    secret, _ = door.access.tokens.make(ben, "phone", frozenset({Scope.READ}), None, HOME)
    assert not door.access.leaving.deactivate(anna, "ben", HOME).active
    assert door.access.desk.sign_ins("ben") == ()
    assert door.access.tokens.tokens("ben") == ()
    with pytest.raises(NotSignedIn):
        door.access.tokens.caller_of_token(secret)
    with pytest.raises(NotSignedIn):
        door.enter("ben@example.org", BENS)
    assert (Act.REMOVED, "anna", "ben@example.org", HOME) in door.trail()


def test_who_cannot_be_switched_off(door: Door) -> None:
    """Neither people of other households nor the last owner."""
    anna = door.enter()
    with pytest.raises(NotFound):
        door.access.leaving.deactivate(anna, "dora", HOME)
    with pytest.raises(Conflict):
        door.access.leaving.deactivate(anna, "anna", HOME)
    assert door.user("anna").active
