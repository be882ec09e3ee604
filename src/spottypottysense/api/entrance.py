"""The pages by which people come in, and the status page."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from spottypottysense.access.model import Caller, Scope
from spottypottysense.access.policy.allowing import require_scope
from spottypottysense.api.asking import Front
from spottypottysense.api.door import is_from_here
from spottypottysense.api.overview import overview
from spottypottysense.api.status_page import STYLE, status_page

router = APIRouter(tags=["pages"], include_in_schema=False)

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FILES: Mapping[str, Path] = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}


@dataclass(frozen=True)
class _Field:
    """One thing to fill in; `autocomplete` tells the browser what it is."""

    name: str
    label: str
    type: str
    autocomplete: str
    hint: str = ""
    state: str = "required"


@dataclass(frozen=True)
class _Form:
    """A page with one form; `sends_to` is the route that takes it, `by_link` if a link leads here."""

    title: str
    lead: str
    button: str
    fields: tuple[_Field, ...]
    sends_to: str = "/invitations/accept"
    by_link: bool = True


_EMAIL = _Field("email", "E-mail address", "email", "username")
_KNOWN_EMAIL = _Field("email", "E-mail address", "email", "username", state="readonly")
_NAME = _Field("name", "Your name", "text", "name", state='maxlength="60"')
_PASSWORD = _Field("password", "Password", "password", "current-password")
_NEW_PASSWORD = _Field(
    "password",
    "New password",
    "password",
    "new-password",
    hint="At least 8 characters; four words in a row are good.",
)

_FORMS: Mapping[str, _Form] = {
    "sign-in": _Form(
        title="Sign in",
        lead="Whoever lost the password asks the person who runs this house for a link to a new one.",
        button="Sign in",
        fields=(_EMAIL, _PASSWORD),
        sends_to="/sign-in",
        by_link=False,
    ),
    "set-up": _Form(
        title="Set up",
        lead="You will be the first owner of this house.",
        button="Set up",
        fields=(_NAME, _EMAIL, _NEW_PASSWORD),
    ),
    "join": _Form(
        title="Join",
        lead="You were invited.",
        button="Join",
        fields=(_NAME, _EMAIL, _NEW_PASSWORD),
    ),
    "reset": _Form(
        title="New password",
        lead="It takes the place of the one that was lost; you are signed out everywhere else.",
        button="Set the password",
        fields=(_KNOWN_EMAIL, _NEW_PASSWORD),
    ),
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - SpottyPottySense</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/app/static/entrance.css">
<script type="module" src="/app/static/entrance.js"></script>
</head>
<body>
<main>
<p>SpottyPottySense</p>
<h1>{title}</h1>
<p id="lead">{lead}</p>
<noscript><p class="problem">This page needs JavaScript: switch it on for this address.</p></noscript>
<p id="problem" class="problem" role="alert" tabindex="-1" hidden></p>
<form method="post" data-sends-to="{sends_to}"{by_link}>
{fields}
<button type="submit" disabled>{button}</button>
</form>
</main>
</body>
</html>
"""
_INPUT = """<p>
<label for="{name}">{label}</label>
<input id="{name}" name="{name}" type="{type}" autocomplete="{autocomplete}" {state}>
{hint}</p>"""


@router.get("/app/sign-in")
def sign_in() -> HTMLResponse:
    """Show where one signs in."""
    return _page("sign-in")


@router.get("/app/set-up")
def set_up() -> HTMLResponse:
    """Show where the first owner begins."""
    return _page("set-up")


@router.get("/app/join")
def join() -> HTMLResponse:
    """Show where somebody joins a household."""
    return _page("join")


@router.get("/app/reset")
def reset() -> HTMLResponse:
    """Show where a lost password is replaced."""
    return _page("reset")


@router.get("/app/static/{name}")
def static(name: str) -> Response:
    """Return what a page is made of."""
    path = _FILES.get(name)
    if path is None:
        raise HTTPException(404)
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix])


@router.get("/app/status.css")
def style() -> Response:
    """Return the status page's style."""
    return Response(STYLE, media_type="text/css")


@router.get("/app/")
def status(request: Request) -> Response:
    """Show whoever is signed in the own household, and to this machine the whole house."""
    front: Front = request.app.state.front
    caller: Caller | None = request.scope.get("caller")
    if caller is not None:
        require_scope(caller, Scope.READ)
    elif not is_from_here(request):
        return RedirectResponse("/app/sign-in", 303)
    home = caller.household_id if caller is not None else None
    return HTMLResponse(status_page(overview(front.core, front.house_clock.now(), household_id=home)))


def _page(name: str) -> HTMLResponse:
    form = _FORMS[name]
    return HTMLResponse(
        _PAGE.format(
            title=escape(form.title),
            lead=escape(form.lead),
            sends_to=form.sends_to,
            by_link=" data-by-link" if form.by_link else "",
            fields="\n".join(map(_input, form.fields)),
            button=escape(form.button),
        )
    )


def _input(field: _Field) -> str:
    state, hint = field.state, ""
    if field.hint:
        state += f' aria-describedby="{field.name}-hint"'
        hint = f'<small id="{field.name}-hint">{escape(field.hint)}</small>\n'
    return _INPUT.format(
        name=field.name,
        label=escape(field.label),
        type=field.type,
        autocomplete=field.autocomplete,
        state=state,
        hint=hint,
    )
