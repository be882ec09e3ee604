"""One SQLite file: one writer at a time, any number of readers beside it."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.commits import CommitQueue, Outcome
from spottypottysense.runtimes.appliance.sqlite.failures import BUSY_SECONDS, in_plain_words
from spottypottysense.runtimes.appliance.sqlite.migrations import migrate


class Database:
    """The file at `path`, created (mode 0600) and brought up to date if need be.

    Several threads may share one `Database`, several programs one file. What was written is on the disk
    when `write()` is left or `commit()` returns. Raises `Unavailable(STORAGE_UNAVAILABLE)` wherever the disk
    or the file fails, and `SpottyError` if a newer version of the program wrote the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._closed = False
        self._lock = threading.RLock()
        self._watching = threading.Lock()
        self._writing_thread: int | None = None
        self._commits = CommitQueue(self.write)
        self._idle_readers: deque[sqlite3.Connection] = deque()
        _make_private_file(path)
        with in_plain_words(path):
            self._writer = self._connect()
            self._watcher = self._connect()
        try:
            with self.write() as connection:
                migrate(connection, path)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that is committed when the block ends and undone when it raises.

        Also raises `Conflict` where a key is taken or what a row belongs to is missing.
        """
        self._refuse_inside_a_write()
        with self._lock, in_plain_words(self.path):
            self._refuse_if_closed()
            self._writer.execute("BEGIN IMMEDIATE")
            self._writing_thread = threading.get_ident()
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            finally:
                self._writing_thread = None

    def commit(self, work: Callable[[sqlite3.Connection], Outcome]) -> Outcome:
        """Do `work` in a transaction that other threads may share, and return its outcome when it is durable.

        With many writers that is faster than `write()`, as all share one wait for the disk. If the work
        raises, what it wrote is undone, and nobody else's. It may run on another thread, and run again: it
        does nothing but write, and read what was written. Raises as `write()` does.
        """
        self._refuse_inside_a_write()
        with in_plain_words(self.path):
            return self._commits.commit(work)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees everything committed so far and cannot write."""
        with in_plain_words(self.path):
            self._refuse_if_closed()
            reader = self._borrow_reader()
            try:
                yield reader
            finally:
                self._idle_readers.append(reader)
                if self._closed:
                    self._close_idle_readers()

    def version(self) -> int:
        """Return a number that is another one whenever this or another program has committed anything."""
        with self._watching, in_plain_words(self.path):
            self._refuse_if_closed()
            (number,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return int(number)

    def close(self) -> None:
        """Close the file; whoever reads or writes afterwards gets `Unavailable`."""
        with self._lock, self._watching:
            self._closed = True
            self._writer.close()
            self._watcher.close()
            self._close_idle_readers()

    def _borrow_reader(self) -> sqlite3.Connection:
        try:
            return self._idle_readers.pop()
        except IndexError:
            reader = self._connect()
            reader.execute("PRAGMA query_only = ON")
            return reader

    def _close_idle_readers(self) -> None:
        while self._idle_readers:
            self._idle_readers.pop().close()

    def _refuse_inside_a_write(self) -> None:
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("A transaction was begun inside another.")

    def _refuse_if_closed(self) -> None:
        if self._closed:
            message = f"{self.path} is closed: the program is stopping."
            raise Unavailable(message, reason=Reason.STORAGE_UNAVAILABLE)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _make_private_file(path: Path) -> None:
    """Create the file for this user only, or take away what others may do with it.

    An existing file is not opened: closing it would drop the locks that this process holds on it
    (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        if path.is_file() and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        message = f"{path} cannot be made ({error.strerror}): let this user write to its directory."
        raise Unavailable(message, reason=Reason.STORAGE_UNAVAILABLE) from error


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite itself does not wait for others who are switching too."""
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return
