"""The appliance's front: its house behind the API."""

import secrets
from pathlib import Path

from spottypottysense.api.asking import Figures, Front, Health
from spottypottysense.api.cursors import Cursors
from spottypottysense.api.remembering import Remembered
from spottypottysense.runtimes.appliance.files import write_private
from spottypottysense.runtimes.appliance.sqlite.kept_answers import SqliteKeptAnswers
from spottypottysense.runtimes.appliance.wiring import House
from spottypottysense.secret import Secret


def front_of(house: House, health: Health, figures: Figures) -> Front:
    """Return what stands behind the routes."""
    key = _cursor_key(house.settings.data / "cursor-key")
    back = house.settings.spotify_redirect_uri
    kept = SqliteKeptAnswers(house.database)
    return Front(
        house.core,
        house.clock,
        house.house_clock,
        Cursors(key),
        health,
        figures,
        kept,
        back,
        house.feed.listen,
        Remembered(house.database.version),
    )


def _cursor_key(path: Path) -> Secret:
    """Return the key that signs `nextToken`, made at the first start; without it lists begin anew."""
    if not path.exists():
        write_private(path, secrets.token_hex(32).encode())
    return Secret(path.read_text(encoding="ascii").strip())
