"""What a control request says, field by field; what is wrong becomes a sentence."""

import json
from typing import Any


class Wrong(Exception):
    """A control request that cannot be carried out; its text is a sentence that tells why."""


class Fields:
    """A JSON object that is read field by field; `done` refuses what nobody asked for."""

    def __init__(self, body: bytes) -> None:
        try:
            value = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            raise Wrong("The body is not JSON.") from None
        if not isinstance(value, dict):
            raise Wrong("The body must be a JSON object.")
        self._left: dict[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string; without default it must be there and not be empty."""
        value = self._left.pop(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise Wrong(f"{name} must be a string.")
        return value

    def number(self, name: str, default: float) -> float:
        """Return a number from zero up."""
        value = self._left.pop(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e12:
            raise Wrong(f"{name} must be a number from 0 up.")
        return value

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a whole number from zero to `most`."""
        value = self.number(name, default)
        if not isinstance(value, int) or value > most:
            raise Wrong(f"{name} must be a whole number from 0 to {most}.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise Wrong(f"{name} must be true or false.")
        return value

    def texts(self, name: str, default: list[str]) -> list[str]:
        """Return a list of strings."""
        value = self._left.pop(name, default)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Wrong(f"{name} must be a list of strings.")
        return value

    def inner(self, name: str) -> "Fields":
        """Return the object under `name`, an empty one if there is none."""
        return Fields(json.dumps(self._left.pop(name, {})).encode())

    def rest(self) -> dict[str, Any]:
        """Return what has not been read yet."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        """Refuse fields that nobody read: a typing error must not pass in silence."""
        if self._left:
            raise Wrong(f"Unknown field: {', '.join(sorted(self._left))[:200]}.")
