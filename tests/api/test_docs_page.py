"""The page at /docs: all of the document is on it, nothing from elsewhere, and no markup from texts."""

from html.parser import HTMLParser

from api.people import People
from spottypottysense.api.docs_page import page
from spottypottysense.api.openapi import operations
from spottypottysense.api.reading import chapters


class _Elements(HTMLParser):
    """What a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note what is read."""
        self.text += data


def test_it_shows_every_operation_to_everybody(people: People) -> None:
    """Also to whoever has not signed in yet, and from another machine."""
    reply = people.ask("GET", "/docs", client="192.168.1.9")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    seen = _Elements(reply.body.decode())
    document = people.ask("GET", "/openapi.json").json()
    for path, method, operation in operations(document):
        assert f"{method} {path} {operation['summary'].replace('`', '')}" in " ".join(seen.text.split())


def test_it_needs_nothing_that_the_door_forbids(people: People) -> None:
    """No script, no style within the page, nothing from another host: the policy of the door holds."""
    seen = _Elements(people.ask("GET", "/docs").body.decode())
    assert not {"script", "style", "iframe", "img", "form"} & set(seen.tags)
    assert "style" not in dict(seen.attributes)
    links = [value for name, value in seen.attributes if name in ("href", "src")]
    assert "/docs/style.css" in links
    assert all(link.startswith(("/", "#")) for link in links)
    ids = {value for name, value in seen.attributes if name == "id"}
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_it_is_for_light_and_for_dark(people: People) -> None:
    """The style follows what the browser prefers."""
    style = people.ask("GET", "/docs/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert b"color-scheme: light dark" in style.body
    assert b"prefers-color-scheme: dark" in style.body


def test_no_text_of_the_document_becomes_markup() -> None:
    """Whatever a description or an example holds is shown as it is."""
    hostile = "<script>alert(1)</script> & `<b>`"
    operation = {
        "tags": ["system"],
        "summary": hostile,
        "description": hostile,
        "operationId": "x",
        "security": [],
        "parameters": [{"name": hostile, "in": "query", "schema": {"type": "string"}}],
        "responses": {"200": {"content": {"application/json": {"schema": {"examples": [{"x": hostile}]}}}}},
    }
    document = {"paths": {"/healthz": {"get": operation}}, "components": {"schemas": {}}}
    seen = _Elements(page(chapters(document), hostile))
    assert "script" not in seen.tags
    assert "<script>alert(1)</script>" in seen.text
