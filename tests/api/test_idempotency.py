"""A POST with the same Idempotency-Key is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import APIRouter, Response

from api.people import People, Reply
from spottypottysense.access.model import Scope
from spottypottysense.api.answers import answer
from spottypottysense.api.asking import Reads
from spottypottysense.api.fields import Body
from spottypottysense.api.idempotency import KEPT_FOR, Claim, KeptAnswer, shown_once
from spottypottysense.clock import SystemClock
from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.kept_answers import SqliteKeptAnswers

NOW = SystemClock().now()


class _Note(Body):
    text: str


class Notebook:
    """Routes that count how often they were reached."""

    def __init__(self, people: People) -> None:
        self.written: list[str] = []
        self._people = people
        router = APIRouter()
        router.add_api_route("/notes", self._write, methods=["POST"])
        people.app.include_router(router)

    def post(
        self, text: str, key: str | None = "key-1", way_in: str = "owner", path: str = "/notes"
    ) -> Reply:
        """Send a note; `way_in` is whose."""
        people = self._people
        ways = {
            "owner": people.a.owner.cookie,
            "reader": people.a.owner.token(Scope.READ),
            "member": people.a.member.cookie,
        }
        headers = {} if key is None else {"Idempotency-Key": key}
        return people.ask("POST", path, ways[way_in], {"text": text}, headers)

    def _write(self, note: _Note, ask: Reads) -> Response:
        self.written.append(note.text)
        match note.text:
            case "taken":
                raise Conflict("It is taken.")
            case "later":
                raise Unavailable("Later.")
            case "crash":
                raise RuntimeError
            case "secret":
                shown_once(ask.request)
            case "cookie":
                return Response(headers={"Set-Cookie": "a=b"})
        return answer({"number": len(self.written)}, 201, {"Location": f"/notes/{len(self.written)}"})


@pytest.fixture
def notebook(people: People) -> Notebook:
    """Nothing is written yet."""
    return Notebook(people)


def test_the_first_answer_comes_again(notebook: Notebook) -> None:
    """Status, body and place are those of the first time, and nothing is done twice."""
    first, again = notebook.post("a"), notebook.post("a")
    assert (first.status, first.json()) == (201, {"number": 1})
    assert (again.status, again.body, again.headers["location"]) == (201, first.body, "/notes/1")
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert notebook.written == ["a"]


def test_without_a_key_it_is_done_each_time(notebook: Notebook) -> None:
    """Nobody has to know of keys."""
    assert [notebook.post("a", key=None).json() for _ in range(2)] == [{"number": 1}, {"number": 2}]


def test_another_request_with_the_key(notebook: Notebook) -> None:
    """Another body or query with the same key is a mistake of the caller, and not done."""
    notebook.post("a")
    for reply in (notebook.post("b"), notebook.post("a", path="/notes?x=1")):
        assert reply.status == 409
        assert "take a new key" in reply.json()["message"]
    assert notebook.post("b", key="key-2").json() == {"number": 2}


def test_keys_are_the_callers_own(notebook: Notebook) -> None:
    """Neither another person nor a token that may do less is answered in the caller's place."""
    for way_in in ("owner", "member", "reader"):
        assert notebook.post("a", way_in=way_in).status == 201
    assert notebook.written == ["a"] * 3


@pytest.mark.parametrize(("text", "status"), [("taken", 409), ("later", 503), ("cookie", 200)])
def test_what_is_not_kept_is_done_again(notebook: Notebook, text: str, status: int) -> None:
    """What was refused changed nothing and may succeed later; a cookie is nobody's to have twice."""
    assert [notebook.post(text).status for _ in range(2)] == [status, status]
    assert notebook.written == [text] * 2


def test_a_crash_frees_the_key(notebook: Notebook) -> None:
    """After an error of ours the request may come again."""
    for _ in range(2):
        with pytest.raises(RuntimeError):
            notebook.post("crash")
    assert notebook.written == ["crash"] * 2


def test_what_is_shown_once_is_not_kept(people: People, notebook: Notebook) -> None:
    """The answer is given once; then a sentence says that it was done and what to do."""
    assert notebook.post("secret").json() == {"number": 1}
    again = notebook.post("secret")
    assert again.status == 409
    assert "shown once" in again.json()["message"]
    assert notebook.written == ["secret"]
    with people.house.database.read() as connection:
        (row,) = connection.execute("SELECT * FROM kept_answers").fetchall()
    assert row["body"] is None
    assert "key-1" not in tuple(map(str, row))


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there", "\xe4"])
def test_keys_that_cannot_be(notebook: Notebook, key: str) -> None:
    """A key is plain and of bearable length."""
    reply = notebook.post("a", key=key)
    assert (reply.status, reply.json()["fields"][0]["field"]) == (422, "Idempotency-Key")
    assert notebook.written == []


def test_other_methods_need_no_key(people: People) -> None:
    """What is harmless, or the same each time, is not kept."""
    for _ in range(2):
        reply = people.ask("GET", "/rooms", people.a.owner.cookie, headers={"Idempotency-Key": "1"})
        assert "idempotency-replayed" not in reply.headers


def test_of_many_at_once_one_is_done(notebook: Notebook) -> None:
    """The others are told to look, or get its answer."""
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: notebook.post("a"), range(16)))
    assert notebook.written == ["a"]
    assert {reply.status for reply in replies} <= {201, 409}


def test_answers_outlive_a_restart_but_not_the_day(tmp_path: Path) -> None:
    """A claim that was cut off stays one; both are forgotten after a day."""
    kept = KeptAnswer(201, b"{}", {"etag": "x"})
    database = Database(tmp_path / "spotty.db")
    before = SqliteKeptAnswers(database)
    for digest in ("done", "cut off", "freed"):
        assert before.claim(digest, "request", NOW, NOW - KEPT_FOR) is None
    before.keep("done", kept)
    before.release("freed")
    database.close()
    database = Database(tmp_path / "spotty.db")
    after = SqliteKeptAnswers(database)
    later = NOW + KEPT_FOR - timedelta(seconds=1)
    assert after.claim("done", "other", later, later - KEPT_FOR) == Claim("request", kept)
    assert after.claim("cut off", "request", later, later - KEPT_FOR) == Claim("request")
    assert after.claim("freed", "request", later, later - KEPT_FOR) is None
    assert after.claim("done", "request", NOW + KEPT_FOR, NOW) is None
    database.close()
