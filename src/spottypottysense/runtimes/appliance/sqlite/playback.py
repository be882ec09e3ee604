"""What playback remembers of rooms, speakers and content, in SQLite."""

import sqlite3

from spottypottysense.playback.model import Bookmark, ContentLength, KnownSpeaker, Wake
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import (
    to_micros,
    to_moment,
    to_span,
    to_span_micros,
    unless_none,
)
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.sensors.model import Speaker

OF_TYPE = "SELECT * FROM known_speakers WHERE account = ? AND name = ? AND type = ?"
OF_ANY_TYPE = (
    "SELECT * FROM known_speakers WHERE account = ? AND name = ? ORDER BY seen_at DESC, type LIMIT 1"
)
ALL_OF = "SELECT * FROM known_speakers WHERE account = ? ORDER BY name, type"


class SqliteBookmarks:
    """The `Bookmarks` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bookmark(self, room_id: str) -> Bookmark | None:
        """Return where the room's music stopped last."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM bookmarks WHERE room_id = ?", (room_id,)).fetchone()
        return _bookmark(row) if row else None

    def keep(self, bookmark: Bookmark) -> None:
        """Write it in place of the room's last one."""
        row: rows.Row = {
            "room_id": bookmark.room_id,
            "account": bookmark.account,
            "content": bookmark.content,
            "item": bookmark.item,
            "position": to_span_micros(bookmark.position),
            "at": to_micros(bookmark.at),
        }
        with self._database.write() as connection:
            rows.put(connection, "bookmarks", "room_id", row)


class SqliteKnownSpeakers:
    """The `KnownSpeakers` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, account: str, speaker: Speaker) -> KnownSpeaker | None:
        """Return what is known of the speaker; without a type, the one of this name that was seen last."""
        with self._database.read() as connection:
            if speaker.type:
                row = connection.execute(OF_TYPE, (account, speaker.name, speaker.type)).fetchone()
            else:
                row = connection.execute(OF_ANY_TYPE, (account, speaker.name)).fetchone()
        return _known(row) if row else None

    def keep(self, known: KnownSpeaker) -> None:
        """Write it in place of what was known."""
        row: rows.Row = {
            "account": known.account,
            "name": known.name,
            "type": known.type,
            "last_id": known.last_id,
            "seen_at": to_micros(known.seen_at),
            "wake": known.wake,
            "is_restricted": known.is_restricted,
            "asleep": known.asleep,
            "asleep_at": unless_none(to_micros, known.asleep_at),
        }
        with self._database.write() as connection:
            rows.put(connection, "known_speakers", "account, name, type", row)

    def all_of(self, account: str) -> tuple[KnownSpeaker, ...]:
        """Return all speakers of an account, by name."""
        with self._database.read() as connection:
            return tuple(map(_known, connection.execute(ALL_OF, (account,)).fetchall()))


class SqliteContentLengths:
    """The `ContentLengths` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def length(self, content: str) -> ContentLength | None:
        """Return what Spotify told last, or None if it was never asked."""
        sql = "SELECT * FROM content_lengths WHERE content = ?"
        with self._database.read() as connection:
            row = connection.execute(sql, (content,)).fetchone()
        return ContentLength(row["content"], row["songs"], to_moment(row["asked_at"])) if row else None

    def keep(self, length: ContentLength) -> None:
        """Write what Spotify told, in place of what it told before."""
        row: rows.Row = {
            "content": length.content,
            "songs": length.songs,
            "asked_at": to_micros(length.asked_at),
        }
        with self._database.write() as connection:
            rows.put(connection, "content_lengths", "content", row)


def _bookmark(row: sqlite3.Row) -> Bookmark:
    return Bookmark(
        room_id=row["room_id"],
        account=row["account"],
        content=row["content"],
        item=row["item"],
        position=to_span(row["position"]),
        at=to_moment(row["at"]),
    )


def _known(row: sqlite3.Row) -> KnownSpeaker:
    return KnownSpeaker(
        account=row["account"],
        name=row["name"],
        type=row["type"],
        last_id=row["last_id"],
        seen_at=to_moment(row["seen_at"]),
        wake=Wake(row["wake"]),
        is_restricted=bool(row["is_restricted"]),
        asleep=row["asleep"],
        asleep_at=unless_none(to_moment, row["asleep_at"]),
    )
