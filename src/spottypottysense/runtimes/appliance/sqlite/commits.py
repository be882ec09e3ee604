"""Many callers' writes in one transaction, because the disk takes as long for one as for a hundred."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason

Outcome = TypeVar("Outcome")


class _Call(Generic[Outcome]):
    """One caller's work and what came of it; its thread sleeps until `woken` is released."""

    outcome: Outcome

    def __init__(self, work: Callable[[sqlite3.Connection], Outcome]) -> None:
        self.work = work
        self.error: BaseException | None = None
        self.woken = threading.Lock()
        self.woken.acquire()

    def run(self, connection: sqlite3.Connection) -> None:
        """Do the work inside the transaction; raises `_Undone` if it fails."""
        try:
            self.outcome = self.work(connection)
        except BaseException as error:
            self.error = error
            raise _Undone from error


class _Undone(Exception):
    """A call has failed: the transaction begins again without it."""


class CommitQueue:
    """Commits what many threads write, together.

    1. Each puts its call into a queue; the first to come leads.
    2. The leader opens a transaction, runs all calls that wait by then, and commits. If one fails, it begins
       again without it: a savepoint for each would make all pay, by a tenth of the time, for what is rare.
    3. It hands the lead to the first of those who came meanwhile, and wakes those it served.
    """

    def __init__(self, write: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._waiting: list[_Call[Any]] = []
        self._leader: _Call[Any] | None = None

    def commit(self, work: Callable[[sqlite3.Connection], Outcome]) -> Outcome:
        """Return what `work` returned, once it is durable; raises what `work` or the transaction raised.

        `work` may run on another thread, and again from the start if a neighbour's failure undid it.
        """
        call = _Call(work)
        try:
            self._wait_for_turn(call)
        except BaseException:
            self._leave(call)
            raise
        if self._leader is call:
            self._lead(call)
        if call.error is not None:
            raise call.error
        return call.outcome

    def _wait_for_turn(self, call: _Call[Outcome]) -> None:
        """Return when the call is settled, or leads."""
        with self._guard:
            self._waiting.append(call)
            if self._leader is None:
                self._leader = call
                return
        call.woken.acquire()

    def _leave(self, call: _Call[Outcome]) -> None:
        """Forget a call whose thread was interrupted before it was its turn."""
        with self._guard:
            self._waiting = [other for other in self._waiting if other is not call]
            if self._leader is call:
                self._hand_on()

    def _lead(self, own: _Call[Outcome]) -> None:
        calls: list[_Call[Any]] = []
        try:
            self._run_waiting(calls)
        finally:
            if threading.current_thread() is threading.main_thread():
                _claim_interruption(calls, own)
            with self._guard:
                self._hand_on()
            for call in calls:
                call.woken.release()

    def _hand_on(self) -> None:
        self._leader = self._waiting[0] if self._waiting else None
        if self._leader is not None:
            self._leader.woken.release()

    def _run_waiting(self, calls: list[_Call[Any]]) -> None:
        """Move all that wait to `calls`, and run and commit them; what fails as a whole fails for all."""
        while True:
            try:
                with self._write() as connection:
                    self._take(calls)
                    for call in calls:
                        if call.error is None:
                            call.run(connection)
            except _Undone:
                continue
            except BaseException as error:
                self._take(calls)
                for call in calls:
                    call.error = call.error or error
            return

    def _take(self, calls: list[_Call[Any]]) -> None:
        with self._guard:
            calls += self._waiting
            self._waiting = []


def _claim_interruption(calls: list[_Call[Any]], own: _Call[Any]) -> None:
    """Make an interruption `own`'s: only the main thread is interrupted, whosever work it was doing then."""
    for call in calls:
        if call is not own and call.error is not None and not isinstance(call.error, Exception):
            own.error = call.error
            message = "The write was interrupted, as the program is stopping: look whether it is there."
            call.error = Unavailable(message, reason=Reason.STORAGE_UNAVAILABLE)
