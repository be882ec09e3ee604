"""The address that an invitation is handed over as."""

from spottypottysense.access.model import Purpose
from spottypottysense.secret import Secret

_PAGES = {Purpose.SET_UP: "set-up", Purpose.JOIN: "join", Purpose.RESET: "reset"}


def link(url: str, purpose: Purpose, secret: Secret) -> str:
    """Return the link for a person; what follows the `#` is sent to no server, and so to no log."""
    return f"{url.rstrip('/')}/app/{_PAGES[purpose]}#{secret.reveal()}"
