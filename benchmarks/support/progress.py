"""A progress bar on stderr, so that stdout stays for the figures."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")
_console = Console(stderr=True)


def counted(items: Sequence[T], title: str) -> Iterable[T]:
    """Return the items one by one and show how far it is; nothing is shown where nobody looks."""
    return track(items, title, console=_console, disable=not _console.is_terminal)
