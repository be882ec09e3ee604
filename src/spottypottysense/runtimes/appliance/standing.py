"""How each user stands with Spotify, in words for the operator."""

from dataclasses import dataclass
from datetime import datetime

from spottypottysense.errors import NeedsPerson
from spottypottysense.grants.model import GrantState
from spottypottysense.reasons import Reason, sentence
from spottypottysense.runtimes.appliance.wiring import House

_NOT_URGENT = frozenset({None, Reason.NOT_CONNECTED, Reason.CONSENT_ENDS_THIS_MONTH})


@dataclass(frozen=True)
class Standing:
    """How one user stands; `ends` is when the consent does, `connect_anew` whether that would help."""

    well: bool
    sentence: str
    ends: datetime | None = None
    connect_anew: bool = False


def standing_of(house: House, user_id: str) -> Standing:
    """Return how a user stands: the app's trouble comes before the user's own."""
    connection = house.core.connections.connection(user_id)
    reason, ends = connection.reason, connection.consent_ends
    grant = house.core.grants.state_of(user_id)
    if grant is None or grant.state is GrantState.DEAD:
        said = sentence(reason or Reason.NOT_CONNECTED)
        return Standing(reason in _NOT_URGENT, said, ends, connect_anew=True)
    trouble = app_trouble(house, connection.client_id)
    if trouble:
        return Standing(False, trouble, ends)
    if grant.state is GrantState.DOUBTED:
        tested = f"Doubted: {sentence(Reason.DOUBTED)} The next test is at {grant.due_at:%H:%M} UTC."
        return Standing(False, tested, ends)
    if reason is not None:
        return Standing(reason in _NOT_URGENT, f"Connected. {sentence(reason)}", ends, connect_anew=True)
    return Standing(True, "Connected.", ends)


def app_trouble(house: House, client_id: str) -> str:
    """Return what is wrong with an app as a whole, or nothing."""
    try:
        house.apps.app(client_id)
    except NeedsPerson as error:
        return str(error)
    reasons = {notice.reason for notice in house.core.notices.unsettled() if notice.subject == client_id}
    for reason in (Reason.APP_MISCONFIGURED, Reason.MASS_REFUSALS):
        if reason in reasons:
            return f"Spotify app {client_id}: {sentence(reason)}"
    return ""
