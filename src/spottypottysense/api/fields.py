"""What fields of requests may hold."""

import unicodedata
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel

from spottypottysense.errors import Invalid

_UNSPEAKABLE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


class Body(BaseModel):
    """A request's JSON: camelCase, no value of another type, no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, frozen=True)


def _speakable(text: str) -> str:
    if any(unicodedata.category(letter) in _UNSPEAKABLE for letter in text):
        raise ValueError("holds characters that nobody can read: write plain text")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_speakable)]
Email = Annotated[str, Field(max_length=254, examples=["anna@example.com"]), AfterValidator(_speakable)]
Password = Annotated[SecretStr, Field(max_length=1024, examples=["four words in a row"])]
Link = Annotated[str, Field(max_length=500), AfterValidator(_speakable)]
Id = Annotated[str, Path(max_length=100), AfterValidator(_speakable)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]
Percent = Annotated[int, Field(ge=0, le=100)]
Minutes = Annotated[float, Field(ge=0, le=24 * 60, allow_inf_nan=False)]

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
NextToken = Annotated[str | None, Query(max_length=1024, description="Where the last answer said to go on.")]
Date = Annotated[
    str | None,
    Query(
        max_length=40,
        description="RFC 3339 time, or a date by the household's clock.",
        examples=["2026-03-01"],
    ),
]


def wall_time(text: str) -> time:
    """Return `HH:MM` as a time."""
    return time.fromisoformat(text)


def moment(text: str, zone: str, field: str) -> datetime:
    """Return an aware time; a bare date or time is one of the household's clock. Raises `Invalid`."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        found = found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))
        if 2000 <= found.year <= 2199:
            return found
    except (ValueError, OverflowError):
        pass
    raise Invalid("Write a date such as 2026-03-01, or a time such as 2026-03-01T08:00:00Z.", field=field)
