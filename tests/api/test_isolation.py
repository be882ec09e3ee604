"""Nobody reaches what is not theirs, on any route: a new one is covered as soon as it is in the document."""

from collections.abc import Iterator, Mapping

import pytest
from fastapi import APIRouter

from api.every_route import Call, calls, ids_of, kept_of
from api.people import NOBODY, People, Person, signed_in_again
from spottypottysense.access.model import Scope
from spottypottysense.api.asking import Reads, scope_of
from spottypottysense.api.openapi import is_open, operations
from spottypottysense.api.routes import routes_of


def test_every_route_says_which_scope_it_needs(people: People) -> None:
    """A route that takes neither `Reads`, `Controls` nor `Manages` would let any caller do anything."""
    forgotten = [
        f"{sorted(route.methods or ())} {route.path}"
        for route in routes_of(people.app)
        if not is_open(route.path) and scope_of(route) is None
    ]
    assert not forgotten


def test_nobody_gets_anything(people: People) -> None:
    """Whoever has not signed in is told to, whatever he asks for, and nothing changes."""
    before = kept_of(people.house, people.a)
    wrong = {"Authorization": f"Bearer spotty_{'x' * 43}"}
    for call in calls(people, people.a):
        for way_in in (NOBODY, wrong, {"Cookie": f"spotty_sign_in={'x' * 43}"}):
            reply = people.ask(call.method, call.path, way_in, call.body)
            assert reply.status == 401, f"{call}: {reply}"
            assert reply.headers["www-authenticate"] == "Bearer"
    assert kept_of(people.house, people.a) == before


def test_members_do_not_manage(people: People) -> None:
    """What changes the house or its people is for owners."""
    before = kept_of(people.house, people.a)
    for call in calls(people, people.a):
        if call.scope is Scope.MANAGE:
            for way_in in _ways_in(people.a.member):
                reply = people.ask(call.method, call.path, way_in, call.body)
                assert reply.status == 403, f"{call}: {reply}"
    assert kept_of(people.house, people.a) == before


def test_a_token_does_what_its_scope_says(people: People) -> None:
    """An owner's token without the scope of the route is refused, and does nothing."""
    before = kept_of(people.house, people.a)
    for call in calls(people, people.a):
        for scope in Scope:
            if scope is not call.scope:
                reply = people.ask(call.method, call.path, people.a.owner.token(scope), call.body)
                assert reply.status == 403, f"{call} with {scope}: {reply}"
    assert kept_of(people.house, people.a) == before


def test_what_is_another_households_does_not_exist(people: People) -> None:
    """The neighbour gets 404 for each id in a path, not 403, and changes nothing."""
    before = kept_of(people.house, people.a)
    for call in _with_ids(people):
        if "{" not in call.template:
            continue
        for person in (people.b.owner, people.b.member):
            for way_in in _ways_in(person, call.scope):
                reply = people.ask(call.method, call.path, way_in, call.body)
                refused = (404,) if "Cookie" in way_in else (403, 404)  # some need a sign-in, whatever the id
                assert reply.status in refused, f"{call} by {person.user.email}: {reply}"
                _tells_nothing(people, call, reply.body)
    assert kept_of(people.house, people.a) == before


def test_foreign_ids_in_fields_lead_nowhere(people: People) -> None:
    """A room, a sensor or a person of the neighbours, named in a body or a query, is refused or unknown."""
    before = kept_of(people.house, people.a)
    for call in _with_ids(people):
        if "{" not in call.template:
            reply = people.ask(call.method, call.path, _again(people), call.body)
            assert reply.status in (200, 403, 404, 409, 422), f"{call}: {reply}"
            if reply.status != 200:
                continue
            _tells_nothing(people, call, reply.body)
    assert kept_of(people.house, people.a) == before


def test_own_things_do_not_take_in_foreign_ones(people: People) -> None:
    """B's room is not given A's account, nor B's sensor A's room."""
    before = kept_of(people.house, people.a)
    foreign = ids_of(people.a)
    for call in calls(people, people.b):
        if not isinstance(call.body, dict) or "{" not in call.template or call.method == "DELETE":
            continue
        for name in set(call.body) & set(foreign):
            body = call.body | {name: foreign[name]}
            reply = people.ask(call.method, call.path, _again(people), body)
            assert reply.status in (403, 404, 409, 422), f"{call} with {name} of A: {reply}"
    assert kept_of(people.house, people.a) == before


def test_no_list_tells_of_the_neighbours(people: People) -> None:
    """Whatever B reads about B has nothing of A in it."""
    for call in calls(people, people.b):
        if call.method == "GET":
            for person in (people.b.owner, people.b.member):
                reply = people.ask("GET", call.path, signed_in_again(people.house, person))
                _tells_nothing(people, call, reply.body)


def test_open_routes_tell_nothing_and_do_nothing(people: People) -> None:
    """What is answered to strangers has nothing of anybody in it."""
    before = kept_of(people.house, people.a)
    for path, method, operation in operations(people.ask("GET", "/openapi.json").json()):
        if is_open(path):
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            reply = people.ask(method, path, NOBODY, content.get("example"))
            assert reply.status < 500 or path == "/healthz", f"{method} {path}: {reply}"
            assert people.a.owner.user.email.encode() not in reply.body
    assert kept_of(people.house, people.a) == before


def test_the_net_holds(people: People) -> None:
    """A route that looks at no household, and one that asks for no scope, are found and named."""
    leaky = APIRouter(tags=["leaky"])

    @leaky.get("/leaky/{roomId}")
    def leak(roomId: str, ask: Reads) -> dict[str, str]:  # noqa: N803  as in the address
        """Return the name of any room."""
        return {"name": ask.core.sensors.room(roomId).name}

    @leaky.put("/forgotten")
    def forget() -> dict[str, str]:
        """Do anything for anybody."""
        return {}

    people.app.include_router(leaky)
    with pytest.raises(AssertionError, match=r"GET /leaky/\{roomId\} by owner-b"):
        test_what_is_another_households_does_not_exist(people)
    with pytest.raises(AssertionError, match="/forgotten"):
        test_every_route_says_which_scope_it_needs(people)


def _with_ids(people: People) -> Iterator[Call]:
    """Yield the routes that name something, with the names of A's things."""
    found = [call for call in calls(people, people.a) if call.names]
    yield from found


def _ways_in(person: Person, scope: Scope | None = None) -> Iterator[Mapping[str, str]]:
    """Yield the cookie, and the token of the scope if the person has one, or all tokens."""
    if scope is None or scope in person.tokens:
        yield person.cookie
    for each in person.tokens:
        if scope in (None, each):
            yield person.token(each)


def _again(people: People) -> Mapping[str, str]:
    return signed_in_again(people.house, people.b.owner)


def _tells_nothing(people: People, call: Call, body: bytes) -> None:
    """Nothing of A is in the answer, except what the caller said himself."""
    a = people.a
    marks = (a.owner.user.email, a.member.user.email, a.owner.user.id, a.member.user.id, a.room.name)
    said = f"{call.path} {call.body}"
    told = [mark for mark in (*marks, *ids_of(a).values()) if mark.encode() in body and mark not in said]
    assert not told, f"{call} tells {told}"
