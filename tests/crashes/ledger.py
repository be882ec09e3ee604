"""What the sensors sent, what the broker said to it, and how the mishaps met the house."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from paho.mqtt.client import MQTTMessageInfo

from spottypottysense.history.model import Reading

_KEYS = "SELECT key FROM journal WHERE key IS NOT NULL"
_UNFINISHED_MUSIC = """
    SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NULL AND music = 'pending')
    + (SELECT count(*) FROM receipts JOIN sessions ON id = session_id WHERE ended_at IS NOT NULL)
"""


@dataclass
class Ledger:
    """Counts for one replay on the database at `database`.

    `while_up` are the mishaps that met an appliance that had started completely; `amid_message` those
    after which an acknowledged message was not in the journal yet, `amid_music` those after which music
    was about to start or to be paused.
    """

    database: Path
    messages: dict[str, tuple[Reading, MQTTMessageInfo]] = field(default_factory=dict)
    mishaps: int = 0
    while_up: int = 0
    amid_message: int = 0
    amid_music: int = 0

    def note_mishap(self, was_up: bool) -> None:
        """Note a mishap that has just struck."""
        self.mishaps += 1
        self.while_up += was_up
        self.amid_message += bool(self.undecided())
        with closing(sqlite3.connect(self.database)) as connection:
            self.amid_music += bool(connection.execute(_UNFINISHED_MUSIC).fetchone()[0])

    def acknowledged(self) -> dict[str, Reading]:
        """Return by message id the messages that the broker has acknowledged (PUBACK)."""
        return {number: reading for number, (reading, info) in self.messages.items() if info.is_published()}

    def undecided(self) -> list[str]:
        """Return the acknowledged messages that no row of the journal is about."""
        acknowledged = {
            f"{reading.sensor}/motion_{'detected' if reading.on else 'cleared'}/{number}"
            for number, reading in self.acknowledged().items()
        }
        with closing(sqlite3.connect(self.database)) as connection:
            journaled = {key.rpartition("/")[0] for (key,) in connection.execute(_KEYS)}
        return sorted(acknowledged - journaled)
