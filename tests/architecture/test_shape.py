import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "spottypottysense"
SOURCES = sorted(path for top in ("src", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py"))
SLICES = ("access", "accounts", "grants", "history", "notices", "playback", "presence", "sensors")
ROOMS = {"__init__", "model", "policy", "ports", "use_cases", "wire"}
NO_ROOMS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """Return the path as people write it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[FunctionNode]:
    """Return every function of a file, methods and inner ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, FunctionNode):
            yield node


def length(function: FunctionNode) -> int:
    """Return the lines of a function without its docstring."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """Files stay under 300 lines and functions under 40: what is longer has two subjects."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines < 300, f"{name_of(path)} has {lines} lines: split it by subject."
    long = {function.name: length(function) for function in functions(path) if length(function) >= 40}
    assert not long, f"{name_of(path)} has long functions: {long}."


def test_no_room_is_named_after_nothing() -> None:
    """A module's name says what it is about."""
    nameless = [name_of(path) for path in SOURCES if NO_ROOMS & {path.stem, *path.parts}]
    assert nameless == []


@pytest.mark.parametrize("slice_name", SLICES)
def test_every_slice_has_the_same_rooms(slice_name: str) -> None:
    """Whoever knows one slice knows them all; a room may be a package."""
    slice_root = PACKAGE / slice_name
    rooms = {path.relative_to(slice_root).parts[0].removesuffix(".py") for path in slice_root.rglob("*.py")}
    assert {"__init__", "model"} <= rooms <= ROOMS


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name.startswith("test_")], ids=name_of)
def test_every_test_says_what_it_shows(path: Path) -> None:
    """A test begins with one sentence."""
    silent = [
        function.name
        for function in functions(path)
        if function.name.startswith("test_")
        and not (ast.get_docstring(function) or "").rstrip().endswith(".")
    ]
    assert silent == []
