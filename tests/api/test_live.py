"""Live events: who hears what, when the line ends, and that a slow listener harms nobody."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from api.people import People, Person, signed_in_again
from spottypottysense.accounts.model import Mode
from spottypottysense.api.asking import Ask, Front
from spottypottysense.api.live import MOST_WAITING, told
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason

_PATIENCE = 10.0


class Line:
    """One listener's line; `next` is what is sent down it next."""

    def __init__(self, people: People, person: Person, heartbeat: float = _PATIENCE) -> None:
        front: Front = people.app.state.front
        assert front.listen is not None
        headers = [(name.lower().encode(), value.encode()) for name, value in person.cookie.items()]
        request = Request({"type": "http", "headers": headers, "app": people.app})
        self._lines: AsyncIterator[bytes] = told(Ask(front, person.caller, request), front.listen, heartbeat)

    async def next(self) -> tuple[str, dict[str, Any]]:
        """Return the kind and the data of the next event; a comment has neither."""
        async with asyncio.timeout(_PATIENCE):
            text = (await anext(self._lines)).decode()
        if text.startswith(":"):
            return "", {}
        kind, data = text.strip().split("\n\n")[0].split("\n")
        return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    async def is_over(self) -> bool:
        """Say whether nothing comes any more."""
        return await anext(self._lines, b"") == b""


def entry(home: str, number: int = 0, outcome: Reason | None = None) -> JournalEntry:
    """Return a decision of a household."""
    return JournalEntry(
        id=f"entry-{number}",
        at=datetime.now(UTC),
        sensor_id="pir",
        event="motion_detected",
        action=Action.START,
        reason=Reason.ARRIVED,
        key=f"k{number}",
        household_id=home,
        outcome=outcome,
    )


def elsewhere(work: Callable[[], object]) -> None:
    """Do something on another thread, as the house does, and wait until it is done."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_decisions_and_outcomes_as_they_happen(people: People) -> None:
    """What the house decides is told to whoever listens, and later what came of it."""

    async def listen() -> None:
        line = Line(people, people.a.member)
        assert await line.next() == ("", {})
        elsewhere(lambda: people.house.core.by_hand.switch(people.a.household_id, Mode.AWAY))
        kind, data = await line.next()
        assert (kind, data["event"], data["reason"]) in {
            ("decision", "away", "by_hand"),
            ("outcome", "away", "by_hand"),
        }
        done = entry(people.a.household_id, outcome=Reason.STARTED)
        elsewhere(lambda: people.house.feed.tell(done))
        kind, data = await line.next()
        assert (kind, data["decisionId"], data["outcome"]) == ("outcome", "entry-0", "started")

    asyncio.run(listen())


def test_the_neighbours_are_not_heard(people: People) -> None:
    """Nor messages of senders that nobody knows."""

    async def listen() -> None:
        line = Line(people, people.a.owner)
        await line.next()
        for home in (people.b.household_id, None):
            elsewhere(lambda home=home: people.house.feed.tell(replace(entry(""), household_id=home)))  # type: ignore[misc]
        elsewhere(lambda: people.house.feed.tell(entry(people.a.household_id, 7)))
        assert (await line.next())[1]["decisionId"] == "entry-7"

    asyncio.run(listen())


def test_silence_is_no_end(people: People) -> None:
    """A comment says that the line still stands."""

    async def listen() -> None:
        line = Line(people, people.a.owner, heartbeat=0.01)
        assert [await line.next() for _ in range(3)] == [("", {})] * 3

    asyncio.run(listen())


def test_the_line_ends_with_the_sign_in(people: People) -> None:
    """Nothing that happens after it is told."""
    person = replace(people.a.owner, cookie=signed_in_again(people.house, people.a.owner))

    async def listen() -> None:
        line = Line(people, person)
        await line.next()
        elsewhere(lambda: people.house.core.access.desk.sign_out_everywhere(people.a.owner.caller, ""))
        elsewhere(lambda: people.house.feed.tell(entry(people.a.household_id)))
        assert (await line.next())[0] == "signed_out"
        assert await line.is_over()

    asyncio.run(listen())


def test_a_slow_listener_is_sent_away(people: People) -> None:
    """It is told to load anew; who keeps up hears on."""

    async def listen() -> None:
        slow, quick = Line(people, people.a.owner), Line(people, people.a.member)
        await slow.next()
        await quick.next()
        for number in range(MOST_WAITING + 1):
            elsewhere(lambda number=number: people.house.feed.tell(entry(people.a.household_id, number)))  # type: ignore[misc]
            await quick.next()
        assert (await slow.next())[0] == "reload"
        assert await slow.is_over()
        elsewhere(lambda: people.house.feed.tell(entry(people.a.household_id, 999)))
        assert (await quick.next())[1]["decisionId"] == "entry-999"

    asyncio.run(listen())


def test_who_hangs_up_is_not_called_any_more(people: People) -> None:
    """The feed lets go of listeners that are gone."""
    before = len(people.house.feed._listeners)
    reply = people.ask("GET", "/events", people.a.owner.cookie)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.body.startswith(b":")
    assert len(people.house.feed._listeners) == before


def test_where_nothing_is_live(people: People) -> None:
    """404 with what to do instead."""
    people.app.state.front = replace(people.app.state.front, listen=None)
    reply = people.ask("GET", "/events", people.a.owner.cookie)
    assert reply.status == 404
    assert "/state" in reply.json()["message"]


def test_the_line_ends_when_the_house_stops(people: People) -> None:
    """Soon, so that stopping need not wait for who listens."""

    async def listen() -> None:
        line = Line(people, people.a.owner, heartbeat=3600)
        await line.next()
        people.app.state.closing = True
        async with asyncio.timeout(_PATIENCE):
            assert await line.is_over()

    asyncio.run(listen())
