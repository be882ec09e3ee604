import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from spottypottysense.runtimes.appliance.settings import RESERVED_FOR_TESTS, TABLE

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "spottypottysense"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> Iterator[str]:
    """Return what a page shows as code: blocks line by line, and words between backticks."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```|^((?:    .*\n)+)", text, re.S | re.M):
        yield from "".join(block).splitlines()
    yield from re.findall(r"`([^`\n]+)`", text)


def anchors(page: Path) -> set[str]:
    """Return the fragments that a page's headings can be reached by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def names_in(path: Path) -> set[str]:
    """Return what a source file defines: classes, functions, `Class.method`."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)
            }
    return names


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """A link inside the project names a file that is there, and a heading in it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", link):
            path, _, fragment = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not fragment or fragment in anchors(target), link


@each_page
def test_settings_that_are_named_exist(page: Path) -> None:
    """Whoever copies a setting from the docs is not refused."""
    known = {row.name for row in TABLE} | {f"{row.name}_FILE" for row in TABLE}
    named = set(re.findall(r"\bSPOTTY_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert {name for name in named - known if not f"{name}_".startswith(RESERVED_FOR_TESTS)} == set()


def test_every_setting_is_in_the_docs() -> None:
    """No setting is a secret of the source."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [row.name for row in TABLE if f"`{row.name}`" not in page] == []


@each_page
def test_make_targets_that_are_named_exist(page: Path) -> None:
    """`make x` in the docs is something that make knows."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {match[1] for line in code(page) if (match := re.match(r"\$? ?make ([a-z-]+)", line.strip()))}
    assert named <= targets


@each_page
def test_commands_that_are_named_exist(page: Path) -> None:
    """`spotty x` in the docs is something that the command line knows."""
    cli = importlib.import_module("spottypottysense.runtimes.appliance.cli")
    group = typer.main.get_command(cli.app)
    for line in code(page):
        if match := re.match(r"(?:\$ )?(?:\.venv/bin/)?spotty((?: [a-z][a-z-]*)+)", line.strip()):
            command = group
            for word in match[1].split():
                children = getattr(command, "commands", None)
                if children is None:
                    break
                assert word in children, line
                command = children[word]


@each_page
def test_names_of_the_source_exist(page: Path) -> None:
    """`path.py:Name.method` in the docs is a file of the source that defines this name."""
    for path, name in re.findall(r"`([\w/]+\.py):([\w.]+)`", page.read_text(encoding="utf-8")):
        assert (PACKAGE / path).is_file(), path
        assert name in names_in(PACKAGE / path), f"{path}:{name}"


def test_the_architecture_tells_both_stories() -> None:
    """The page names what the stories pass through, so that the checks above have something to check."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert len(re.findall(r"`[\w/]+\.py:[\w.]+`", page)) >= 25


def test_every_decision_is_listed() -> None:
    """A page of decisions that the list leaves out would not be found."""
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


def test_locks_name_no_host() -> None:
    """Where packages come from is the machine's affair, and every one is locked by hash."""
    for name in ("appliance", "dev"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        assert not re.search(r"https?:|://|--index|--find-links", text)
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", text.strip()))
