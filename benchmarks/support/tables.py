"""Figures of several kinds side by side, for people or for programs."""

import json
from collections.abc import Iterable, Mapping

Table = Mapping[str, Mapping[str, object]]


def show_tables(title: str, facts: Mapping[str, object], tables: Mapping[str, Table], as_json: bool) -> None:
    """Print facts, then tables of figures by row and column; or all of it as one JSON object."""
    if as_json:
        print(json.dumps({**facts, **tables}))
        return
    print(title)
    for name, value in facts.items():
        print(f"  {_words(name):<42} {value}")
    for name, rows in tables.items():
        _print(name, rows)


def _print(name: str, rows: Table) -> None:
    columns = list(next(iter(rows.values())))
    widths = [max(len(_words(column)), 12) for column in columns]
    print(f"\n  {_words(name):<32}" + "".join(_cells(columns, widths)))
    for row, figures in rows.items():
        print(f"  {_words(row):<32}" + "".join(_cells(figures.values(), widths)))


def _cells(values: Iterable[object], widths: list[int]) -> list[str]:
    return [f"  {_shown(value):>{width}}" for value, width in zip(values, widths, strict=True)]


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else _words(str(value))


def _words(name: str) -> str:
    return name.replace("_", " ")
