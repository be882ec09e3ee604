"""The pages by which people come in: open to the network, plain, and no way around the rules."""

from html.parser import HTMLParser

import pytest

from api.people import People
from spottypottysense.access.model import Scope

PAGES = ("/app/sign-in", "/app/set-up", "/app/join", "/app/reset")
FAR = "192.168.1.9"
ITS_NAME = {"Host": "spotty.local:8765"}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return what the elements of a kind are like."""
        return [attributes for found, attributes in self.elements if found == tag]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_open_plain_and_whole(people: People, path: str) -> None:
    """From another machine; each field has its label, nothing inline, and all that it names is there."""
    reply = people.ask("GET", path, headers=ITS_NAME, client=FAR)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.headers["cache-control"] == "no-store"
    page = _Page(reply.body.decode())
    assert page.all("html") == [{"lang": "en"}]
    fields = {each["id"] for each in page.all("input")}
    assert fields == {each["for"] for each in page.all("label")}
    assert all(each["autocomplete"] for each in page.all("input"))
    assert not page.all("style")
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in page.elements)
    assert "disabled" in page.all("button")[0]  # without the script nothing is sent
    linked = [each["href"] for each in page.all("link") if each["href"] != "data:,"]
    for source in (*linked, *(each["src"] for each in page.all("script"))):
        assert source is not None
        assert people.ask("GET", source, headers=ITS_NAME, client=FAR).status == 200


def test_what_a_page_is_made_of_has_its_type(people: People) -> None:
    """Browsers take no module of another type; what is not there is not found."""
    for name, kind in (("entrance.js", "text/javascript"), ("entrance.css", "text/css")):
        assert people.ask("GET", f"/app/static/{name}").headers["content-type"].startswith(kind)
    for name in ("nothing.js", "../entrance.py", "..%2fentrance.py", "", "\0"):
        assert people.ask("GET", f"/app/static/{name}", client=FAR).status == 404


def test_the_secret_is_asked_for_by_no_address(people: People) -> None:
    """It stands behind the # and goes into a body."""
    script = people.ask("GET", "/app/static/entrance.js").body.decode()
    assert "location.hash" in script
    assert "history.replaceState" in script
    assert "innerHTML" not in script


def test_the_front_page_shows_ones_own_household(people: People) -> None:
    """To whoever is signed in, from anywhere; to this machine all of them."""
    whole = people.ask("GET", "/app/").body.decode()
    assert "Bath a" in whole
    assert "Bath b" in whole
    for way_in in (people.a.member.cookie, people.a.owner.token(Scope.READ)):
        for client in (FAR, "127.0.0.1"):
            own = people.ask("GET", "/app/", way_in, headers=ITS_NAME, client=client)
            assert own.status == 200
            assert b"Bath a" in own.body
            assert b"pir-a" in own.body
            assert b"Bath b" not in own.body
            assert b"pir-b" not in own.body
            assert b"owner-b" not in own.body
    assert people.ask("GET", "/app/", people.a.owner.token(Scope.CONTROL)).status == 403


@pytest.mark.parametrize(
    ("host", "client"), [("spotty.local", FAR), ("127.0.0.1", FAR), ("evil.example", "127.0.0.1")]
)
def test_strangers_are_asked_to_sign_in(people: People, host: str, client: str) -> None:
    """Neither another machine nor a page whose name was pointed here sees anything."""
    reply = people.ask("GET", "/app/", headers={"Host": host}, client=client)
    assert (reply.status, reply.headers["location"], reply.body) == (303, "/app/sign-in", b"")
    post = people.ask("POST", "/app/", headers={"Host": host, "Idempotency-Key": "x"}, client=client)
    assert post.status == 405
