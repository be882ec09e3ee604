"""The routes of an app, and which methods an address takes."""

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


def routes_of(app: FastAPI) -> tuple[APIRoute, ...]:
    """Return every route of the app, those that are left out of the document too."""
    found = (each.original_route for each in iter_route_contexts(app.routes))
    return tuple(route for route in found if isinstance(route, APIRoute))


def methods_at(app: FastAPI, path: str) -> str:
    """Return for `Allow` the methods of every route at this address; the framework names one route's only."""
    at = (route for route in routes_of(app) if route.path_regex.match(path))
    return ", ".join(sorted({method for route in at for method in route.methods or ()}))
