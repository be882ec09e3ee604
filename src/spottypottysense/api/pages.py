"""Lists in pages."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from spottypottysense.api.asking import Ask

Item = TypeVar("Item")


def page(
    ask: Ask,
    name: str,
    items: Sequence[Item],
    place: Callable[[Item], list[str]],
    limit: int,
    token: str | None,
) -> tuple[Sequence[Item], dict[str, str]]:
    """Return a page of a list, and `{"nextToken": ...}` if it goes on.

    `items` are in the order of their `place`, which tells each from all others. What was removed meanwhile
    shifts nothing. Raises `Invalid` for a token of another list.
    """
    cursors, owner = ask.front.cursors, ask.caller.household_id
    if token is not None:
        after: list[str] = cursors.read(owner, name, token)["after"]
        items = [item for item in items if place(item) > after]
    if len(items) <= limit:
        return items, {}
    shown = items[:limit]
    return shown, {"nextToken": cursors.write(owner, name, {"after": place(shown[-1])})}
