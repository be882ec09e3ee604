"""What must be true after all crashes, read from the database file and the pretend Spotify."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from crashes.household import Household
from crashes.ledger import Ledger

_OPEN = "SELECT count(*) FROM sessions WHERE ended_at IS NULL"
_RECEIPTS = "SELECT count(*) FROM receipts"
_JOURNALED = "SELECT count(*) FROM journal WHERE event IN ('motion_detected', 'motion_cleared')"
_OVERLAPS = """
    SELECT earlier.room_id, earlier.id, later.id, earlier.ended_at - later.opened_at AS micros
    FROM sessions AS earlier JOIN sessions AS later ON later.room_id = earlier.room_id
    WHERE (later.opened_at, later.number) > (earlier.opened_at, earlier.number)
    AND later.opened_at < earlier.ended_at
"""


@dataclass(frozen=True)
class Verdict:
    """What was found: figures for people, and everything that is not as it must be."""

    figures: dict[str, object]
    wrong: list[str]


def is_over(home: Household, ledger: Ledger) -> bool:
    """Say whether every message is decided upon, every visit has ended, and no receipt is left."""
    with closing(sqlite3.connect(home.database)) as connection:
        left = [connection.execute(sql).fetchone()[0] for sql in (_OPEN, _RECEIPTS)]
    return left == [0, 0] and not ledger.undecided()


def judge(home: Household, ledger: Ledger) -> Verdict:
    """Look at everything once the appliance has stopped."""
    wrong: list[str] = []
    with closing(sqlite3.connect(home.database)) as connection:
        wrong += [
            f"database: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"
        ]
        wrong += [f"overlapping visits: {row}" for row in connection.execute(_OVERLAPS)]
        wrong += [f"{count} visits never ended" for (count,) in connection.execute(_OPEN) if count]
        wrong += [f"{count} receipts left" for (count,) in connection.execute(_RECEIPTS) if count]
        wrong += [f"acknowledged and lost: {message}" for message in ledger.undecided()]
        (journaled,) = connection.execute(_JOURNALED).fetchone()
        (sessions,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
        reasons = Counter(reason for (reason,) in connection.execute("SELECT reason FROM journal"))
        outcomes = Counter(
            outcome for (outcome,) in connection.execute("SELECT outcome FROM journal WHERE outcome NOT NULL")
        )
    wrong += _wrong_at_spotify(home)
    wrong += [f"process {pid} is left" for pid in home.victim.processes()]
    figures: dict[str, object] = {
        "mishaps": ledger.mishaps,
        "while up": ledger.while_up,
        "amid a message": ledger.amid_message,
        "amid a start or end of music": ledger.amid_music,
        "sent": len(ledger.messages),
        "acknowledged": len(ledger.acknowledged()),
        "journaled": journaled,
        "sessions": sessions,
        "music started": _answered(home, "play", 204),
        "music paused": _answered(home, "pause", 204),
        "decisions": dict(reasons),
        "outcomes": dict(outcomes),
    }
    return Verdict(figures, wrong)


def _wrong_at_spotify(home: Household) -> list[str]:
    wrong = [
        f"{account['id']} plays on" for account in home.spotify.get("state")["accounts"] if account["playing"]
    ]
    refused = [
        request
        for request in home.spotify.requests()
        if request["path"] == "/v1/me/player/pause" and 400 <= request["status"] < 500
    ]
    return wrong + [f"a pause was refused: {request}" for request in refused]


def _answered(home: Household, command: str, status: int) -> int:
    path = f"/v1/me/player/{command}"
    return sum(r["path"] == path and r["status"] == status for r in home.spotify.requests())
