"""Somebody's own music, put on by hand while the house is full of crashes; nobody may touch it."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from crashes.household import TIMEOUT, Household
from spottypottysense.history.model import Reading

_EMPTY_FOR = TIMEOUT + timedelta(minutes=5)
_BEFORE_THE_VISIT = timedelta(minutes=2)
_LASTS = timedelta(minutes=12)
_SHARE = 1 / 2
_OPEN_IN = (
    "SELECT count(*) FROM sessions JOIN rooms ON rooms.id = room_id WHERE ended_at IS NULL AND rooms.name = ?"
)


class OwnMusic:
    """Plays on a room's account from before a visit until into it, where the room was empty long enough.

    It begins only if the room is at rest then: between our reading and our play command nobody could
    tell whose music it is.
    """

    def __init__(self, home: Household) -> None:
        self.spells = 0
        self.touched: list[str] = []
        self._home = home
        self._playing: dict[str, str] = {}

    def acts(
        self, readings: tuple[Reading, ...], dice: random.Random
    ) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """Yield when it goes on and off: for every other visit."""
        for room in self._home.accounts:
            begun = readings[0].at
            of_room = [reading.at for reading in readings if reading.room == room]
            for before, after in pairwise(of_room):
                start = after - _BEFORE_THE_VISIT
                if after - before >= _EMPTY_FOR and start >= begun and dice.random() < _SHARE:
                    begun = start + _LASTS + _EMPTY_FOR
                    yield start, partial(self._on, room)
                    yield start + _LASTS, partial(self._off, room)

    def _on(self, room: str) -> None:
        with closing(sqlite3.connect(self._home.database)) as connection:
            (open_sessions,) = connection.execute(_OPEN_IN, (room,)).fetchone()
        if open_sessions or self._account(room)["playing"]:
            return
        self._act(room, "play")
        self._playing[room] = self._account(room)["context_uri"]
        self.spells += 1

    def _off(self, room: str) -> None:
        own = self._playing.pop(room, None)
        if own is None:
            return
        account = self._account(room)
        if not account["playing"] or account["context_uri"] != own:
            self.touched.append(f"somebody's own music in {room} was touched: {account}")
        self._act(room, "pause")

    def _account(self, room: str) -> dict[str, Any]:
        accounts: list[dict[str, Any]] = self._home.spotify.get("state")["accounts"]
        return next(account for account in accounts if account["id"] == self._home.accounts[room])

    def _act(self, room: str, what: str) -> None:
        self._home.spotify.post(f"accounts/{self._home.accounts[room]}/act", do=what)
