"""What every `PendingConsents` keeps its word on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.races import winners
from contracts.stores import NOW
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.grants.model import PendingConsent, Secret

PENDING = PendingConsent(
    state="state",
    user_id="anna",
    client_id="client",
    redirect_uri="http://127.0.0.1:8765/callback",
    verifier=Secret("verifier"),
    expires_at=NOW + timedelta(minutes=10, microseconds=1),
)


def test_serves_once(house: Stores) -> None:
    """What was added comes back whole, once."""
    house.pending.add(PENDING)
    house.pending.add(replace(PENDING, state="other", user_id="ben"))
    assert house.pending.take("state") == PENDING
    with pytest.raises(NotFound):
        house.pending.take("state")
    assert house.pending.take("other").user_id == "ben"


def test_taken_by_one(house: Stores) -> None:
    """Of eight who take it at one moment exactly one gets it."""
    house.pending.add(PENDING)

    def take(_number: int) -> None:
        try:
            house.pending.take("state")
        except NotFound as error:
            raise Conflict from error

    assert winners(take) == 1


def test_state_is_used_once(house: Stores) -> None:
    """Nobody's pending consent is replaced by one with the same state."""
    house.pending.add(PENDING)
    with pytest.raises(Conflict):
        house.pending.add(replace(PENDING, user_id="ben"))
    assert house.pending.take("state") == PENDING


def test_expired_are_swept(house: Stores) -> None:
    """What has expired is gone after the next one is added; what has not stays."""
    house.pending.add(replace(PENDING, state="expired", expires_at=NOW))
    house.pending.add(replace(PENDING, state="alive", expires_at=NOW + timedelta(microseconds=1)))
    house.pending.add(PENDING)
    with pytest.raises(NotFound):
        house.pending.take("expired")
    assert house.pending.take("alive").state == "alive"
