"""Answers to requests that may be sent again, in SQLite."""

import json
from datetime import datetime

from spottypottysense.api.idempotency import Claim, KeptAnswer
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros
from spottypottysense.runtimes.appliance.sqlite.database import Database

CLAIMED = "SELECT request, status, body, headers FROM kept_answers WHERE digest = ?"
FORGET = "DELETE FROM kept_answers WHERE at <= ?"
KEEP = "UPDATE kept_answers SET status = ?, body = ?, headers = ? WHERE digest = ?"


class SqliteKeptAnswers:
    """The `KeptAnswers` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, digest: str, request: str, now: datetime, since: datetime) -> Claim | None:
        """Take the key and return None; if it was taken after `since`, return what for, and take nothing."""
        row: rows.Row = {"digest": digest, "request": request, "at": to_micros(now), "headers": "{}"}
        with self._database.write() as connection:
            connection.execute(FORGET, (to_micros(since),))
            taken = connection.execute(CLAIMED, (digest,)).fetchone()
            if taken is None:
                rows.insert(connection, "kept_answers", row)
                return None
        if taken["status"] is None:
            return Claim(taken["request"])
        answer = KeptAnswer(taken["status"], taken["body"], json.loads(taken["headers"]))
        return Claim(taken["request"], answer)

    def keep(self, digest: str, answer: KeptAnswer) -> None:
        """Add the answer to a claim."""
        values = (answer.status, answer.body, json.dumps(dict(answer.headers)), digest)
        with self._database.write() as connection:
            connection.execute(KEEP, values)

    def release(self, digest: str) -> None:
        """Forget a claim, so that the request may be sent again."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM kept_answers WHERE digest = ?", (digest,))
