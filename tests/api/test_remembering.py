"""Answers that are remembered are never old ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request

from api.people import People
from spottypottysense.accounts.model import Household
from spottypottysense.api.remembering import Remembered
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.database import Database

ASKED = Request({"type": "http", "method": "GET", "headers": []})


class Store:
    """Something that counts how often it is read."""

    def __init__(self) -> None:
        self.version = 1
        self.reads = 0

    def read(self) -> Mapping[str, Any]:
        """Return what is stored."""
        self.reads += 1
        return {"version": self.version}


def test_what_did_not_change_is_read_once() -> None:
    """A new version is read anew; each key has an answer of its own."""
    store = Store()
    remembered = Remembered(lambda: store.version)
    answers = [remembered.tell(ASKED, "a", store.read) for _ in range(3)]
    assert len({(bytes(answer.body), answer.headers["etag"]) for answer in answers}) == 1
    assert store.reads == 1
    remembered.tell(ASKED, "b", store.read)
    store.version = 2
    assert remembered.tell(ASKED, "a", store.read).body == b'{"version":2}'
    assert store.reads == 3


def test_what_changes_while_it_is_read_is_read_again() -> None:
    """An answer made across a change may be of before it."""
    store = Store()
    remembered = Remembered(lambda: store.version)

    def slow() -> Mapping[str, Any]:
        seen = store.read()
        store.version += 1
        return seen

    remembered.tell(ASKED, "a", slow)
    assert remembered.tell(ASKED, "a", store.read).body == b'{"version":2}'


def test_nobody_remembers_for_ever() -> None:
    """The oldest answers make room; without a version nothing is kept."""
    store = Store()
    remembered = Remembered(lambda: store.version)
    for key in range(200):
        remembered.tell(ASKED, key, store.read)
    remembered.tell(ASKED, 199, store.read)
    assert store.reads == 200
    remembered.tell(ASKED, 0, store.read)
    assert store.reads == 201
    for _ in range(2):
        Remembered().tell(ASKED, "a", store.read)
    assert store.reads == 203


def test_every_write_is_a_new_version(tmp_path: Path) -> None:
    """Whether it is ours or another program's; what only reads changes nothing."""
    ours, theirs = Database(tmp_path / "spotty.db"), Database(tmp_path / "spotty.db")
    versions = [ours.version()]
    for number, database in enumerate((ours, theirs, ours)):
        SqliteAccounts(database).save_household(Household("home", f"Home {number}"))
        versions.append(ours.version())
        SqliteAccounts(ours).households()
        assert ours.version() == versions[-1]
    assert len(set(versions)) == 4
    ours.close()
    theirs.close()


def test_a_list_is_never_an_old_one(people: People) -> None:
    """Each way to change what it shows shows at once; each household has its own."""
    core, clock = people.house.core, people.house.clock

    def told(way_in: Mapping[str, str]) -> str:
        reply = people.ask("GET", "/sensors", way_in)
        assert reply.headers["etag"] == people.ask("GET", "/sensors", way_in).headers["etag"]
        return reply.body.decode()

    seen = [told(people.a.owner.cookie), told(people.b.owner.cookie)]
    core.sensors.add_sensor(people.a.household_id, "s2", "Hall")
    seen.append(told(people.a.owner.cookie))
    core.presence.take_in("sensors/s2/motion", b'{"event": "motion_detected"}', clock.now())
    seen.append(told(people.a.owner.cookie))
    core.sensors.change_room(people.a.room.id, name="Bad")
    seen.append(told(people.a.owner.cookie))
    assert len(set(seen)) == len(seen)
    assert told(people.b.owner.cookie) == seen[1]
