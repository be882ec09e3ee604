"""Ways to sign in; and the same two households with a clock to turn and a hash that is quick."""

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any, cast

from fastapi import FastAPI
from starlette.types import Receive, Send

from api.people import PASSWORD, People, Reply
from spottypottysense.access.use_cases import Access
from spottypottysense.api.app import create_app
from spottypottysense.api.identity import COOKIE, OwnSignIn
from spottypottysense.clock import ManualClock, SystemClock
from spottypottysense.runtimes.appliance.front import front_of
from spottypottysense.runtimes.appliance.hasher import Argon2Hasher
from spottypottysense.runtimes.appliance.sqlite.access import sqlite_access


def behind(people: People, clock: ManualClock) -> People:
    """Return the households behind an app that lets in by this clock."""
    house = people.house
    hasher = Argon2Hasher(memory_kib=8, passes=1)
    access = Access.over(sqlite_access(house.database), house.core.accounts, hasher, clock)
    front = front_of(house, lambda: {"storage": True}, lambda: (b"", "text/plain"))
    front = replace(front, core=replace(house.core, access=access), clock=clock)
    return replace(people, app=create_app(front, OwnSignIn(access)))


def over_https(people: People) -> People:
    """Return the households behind an app that is asked by https."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await people.app({**scope, "scheme": "https"}, receive, send)

    return replace(people, app=cast("FastAPI", app))


def clock_of_now() -> ManualClock:
    """Return a clock that stands a second after the households moved in."""
    return ManualClock(SystemClock().now() + timedelta(seconds=1))


def sign_in(
    people: People, email: str = "owner-a@example.org", password: str = PASSWORD, **more: Any
) -> Reply:
    """Send e-mail address and password."""
    return people.ask("POST", "/sign-in", body={"email": email, "password": password}, **more)


def cookie_of(reply: Reply) -> Morsel[str]:
    """Return the cookie that an answer sets."""
    return SimpleCookie(reply.headers["set-cookie"])[COOKIE]


def way_in(reply: Reply) -> dict[str, str]:
    """Return the header by which the browser comes from now on."""
    return {"Cookie": f"{COOKIE}={cookie_of(reply).value}"}
