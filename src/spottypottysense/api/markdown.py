"""`docs/api.md`, from the OpenAPI document. Run: python -m spottypottysense.api.markdown > docs/api.md."""

from collections.abc import Mapping
from typing import Any

from spottypottysense.api.app import described
from spottypottysense.api.reading import Chapter, Entry, Field, chapters

_INTRODUCTION = r"""# The API

Written by `python -m spottypottysense.api.markdown`; the house itself shows the same at `/docs`, and
programs read `/openapi.json`.

Names are in camelCase, times in RFC 3339 and UTC (`2026-03-01T08:00:00Z`); a few have epoch seconds beside
them. A field that is not known is refused. Lists take `limit` (1 to 100, else 50) and go on with
`nextToken`, as the answer before says. What has an `ETag` is changed safely with `If-Match`: if it is
another by then, the answer is 412 and nothing is changed. A `POST` that may be sent twice bears an
`Idempotency-Key`: it is done once. Every refusal has the same form, and says what to do:

```json
{"error": "NotFound", "message": "There is no sensor 'pir'.", "requestId": "93d1f0a2b7c45e68"}
```

## How to begin

The first start prints a link that works once. What stands behind its `#` is its secret: with it the first
owner chooses a password, which signs in as well. `$HOUSE` is where the house listens, such as
`http://127.0.0.1:8765`.

```sh
curl -sS -c cookies.txt -H "Content-Type: application/json" "$HOUSE/invitations/accept" \
  -d '{"invitation": "'$INVITATION'", "email": "anna@example.com", "password": "four words in a row"}'
```

Later, that password signs in:

```sh
curl -sS -c cookies.txt -H "Content-Type: application/json" "$HOUSE/sign-in" \
  -d '{"email": "anna@example.com", "password": "four words in a row"}'
```

Scripts have no password but an access token, with the scopes that they need: `read` looks, `control`
commands the music, `manage` changes the house. Its `secret` is shown once, and it can be revoked at any time.

```sh
curl -sS -b cookies.txt -H "Content-Type: application/json" "$HOUSE/tokens" \
  -d '{"name": "my script", "scopes": ["read", "control", "manage"]}'
```

All that follows bears that secret as `$TOKEN`. The first sensor brings its room along:

```sh
curl -sS -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" "$HOUSE/sensors" \
  -d '{"sensorId": "bathroom_main", "location": "Bathroom"}'
```

## An example for each subject

"""


def markdown(document: Mapping[str, Any]) -> str:
    """Return the whole page."""
    all_chapters = chapters(document)
    shown = (each for chapter in all_chapters for each in _readable(chapter)[:1])
    examples = (f"{each.title}:\n\n```sh\n{each.curl}\n```\n" for each in shown)
    return "\n".join([_INTRODUCTION, *examples, *map(_chapter, all_chapters)]).rstrip() + "\n"


def _readable(chapter: Chapter) -> list[Entry]:
    """Return what can be read without knowing an id, and comes to an end."""
    return [
        each for each in chapter.entries if each.method == "GET" and "{" not in each.path and each.answered
    ]


def _chapter(chapter: Chapter) -> str:
    return "\n".join([f"## {chapter.subject.capitalize()}\n", *map(_entry, chapter.entries)])


def _entry(entry: Entry) -> str:
    parts = [f"### {entry.method} {entry.path}", entry.text.strip()]
    if entry.scope:
        parts.append(f"Scope: `{entry.scope}`.")
    if entry.fields:
        rows = "\n".join(map(_row, entry.fields))
        parts.append(f"| Name | In | Holds | Meaning |\n|---|---|---|---|\n{rows}")
    if entry.sent:
        parts.append(f"Send:\n\n```json\n{entry.sent}\n```")
    if entry.answered:
        parts.append(f"Answers {entry.status}:\n\n```json\n{entry.answered}\n```")
    refusals = ", ".join(code for code, _ in entry.refusals)
    if refusals:
        parts.append(f"May be refused with {refusals}.")
    return "\n\n".join(parts) + "\n"


def _row(field: Field) -> str:
    needed = ", needed" if field.required else ""
    cells = (f"`{field.name}`", f"{field.place}{needed}", field.kind, field.meaning.replace("\n", " "))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    print(markdown(described()), end="")  # noqa: T201  its purpose
