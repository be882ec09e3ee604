"""The page at /docs: the OpenAPI document as HTML, with nothing from elsewhere and no script."""

from collections.abc import Iterable, Sequence
from html import escape

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from spottypottysense import __version__
from spottypottysense.api.reading import Chapter, Entry, Field, chapters

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SpottyPottySense: the API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header><h1>The API of SpottyPottySense {version}</h1>
{about}
<p>Programs read <a href="/openapi.json">openapi.json</a>. In the examples, <code>$HOUSE</code> is the address
of the house and <code>$TOKEN</code> an access token.</p></header>
<nav aria-label="Subjects"><ul>{links}</ul></nav>
<main>
{chapters}
</main>
</body>
</html>
"""

_STYLE = """
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 14%, transparent);
  --faint: color-mix(in srgb, currentColor 5%, transparent); --get: #0a6640; --put: #8a5000; --post: #1550a8;
  --delete: #a32020; font-family: system-ui, sans-serif; line-height: 1.45; }
@media (prefers-color-scheme: dark) { :root { --get: #5fd39a; --put: #f0b35c; --post: #8ab8ff;
  --delete: #ff9a92; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { margin-top: 2rem; text-transform: capitalize; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem 1rem; list-style: none; padding: 0; }
nav a { text-transform: capitalize; }
details { border: 1px solid var(--soft); border-radius: .5rem; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; } summary code { font-weight: 600; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4.2rem; font-family: ui-monospace, monospace; }
.get { color: var(--get); } .put { color: var(--put); } .post { color: var(--post); }
.delete { color: var(--delete); }
pre { background: var(--faint); border-radius: .4rem; overflow-x: auto; padding: .6rem; font-size: .85rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { border-bottom: 1px solid var(--soft); padding: .25rem .6rem .25rem 0; text-align: left;
  vertical-align: top; }
"""


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Show the whole API."""
    document = request.app.openapi()
    return HTMLResponse(page(chapters(document), document["info"]["description"]))


@router.get("/docs/style.css")
def style() -> Response:
    """Return the style of the page."""
    return Response(_STYLE, media_type="text/css")


def page(all_chapters: tuple[Chapter, ...], about: str) -> str:
    """Return the chapters as HTML."""
    paragraphs = (part for part in about.split("\n\n") if part.strip())
    return _PAGE.format(
        version=escape(__version__),
        about="\n".join(f"<p>{_words(part)}</p>" for part in paragraphs),
        links="".join(_link(escape(each.subject)) for each in all_chapters),
        chapters="\n".join(map(_chapter, all_chapters)),
    )


def _link(subject: str) -> str:
    return f'<li><a href="#{subject}">{subject}</a></li>'


def _chapter(chapter: Chapter) -> str:
    subject = escape(chapter.subject)
    entries = "\n".join(map(_entry, chapter.entries))
    return f'<section aria-labelledby="{subject}"><h2 id="{subject}">{subject}</h2>\n{entries}\n</section>'


def _entry(entry: Entry) -> str:
    method, parts = entry.method.lower(), [f"<p>{_words(entry.text)}</p>", f"<p>{_who(entry)}</p>"]
    if entry.fields:
        parts.append(_table(("Name", "In", "Holds", "Meaning"), map(_cells, entry.fields)))
    parts.append(_block("", entry.curl))
    if entry.answered:
        parts.append(_block(f"Answers {entry.status}:", entry.answered))
    if entry.refusals:
        parts.append(_table(("Refused with", "When"), entry.refusals))
    body = "\n".join(parts)
    return (
        f'<details><summary><b class="{method}">{entry.method}</b> <code>{escape(entry.path)}</code> '
        f"{_words(entry.title)}</summary>\n{body}\n</details>"
    )


def _who(entry: Entry) -> str:
    if not entry.scope:
        return (
            "Nobody needs to be signed in." if "401" not in dict(entry.refusals) else "For who is signed in."
        )
    return f"Needs the scope <code>{escape(entry.scope)}</code>."


def _cells(field: Field) -> list[str]:
    needed = " (needed)" if field.required else ""
    return [field.name, field.place + needed, field.kind, field.meaning]


def _table(heads: tuple[str, ...], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{each}</th>" for each in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{_words(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _block(before: str, text: str) -> str:
    lead = f"<p>{escape(before)}</p>" if before else ""
    return f"{lead}<pre><code>{escape(text)}</code></pre>"


def _words(text: str) -> str:
    """Return text with what stands between backticks as code."""
    parts = escape(text.strip()).split("`")
    whole = len(parts) % 2 == 1
    marked = (f"<code>{part}</code>" if odd % 2 and whole else part for odd, part in enumerate(parts))
    return ("" if whole else "`").join(marked)
