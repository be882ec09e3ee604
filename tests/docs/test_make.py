import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with what setting up needs, and lists that hold nothing to download."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("appliance", "dev"):
        (tmp_path / "requirements" / f"{name}.lock").touch()
    (tmp_path / "pyproject.toml").write_text("this is no TOML")
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make there, as if no make were running these tests."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *words], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_make_alone_lists_the_targets(clone: Path) -> None:
    """Whoever types `make` learns what there is."""
    listed = make(clone).stdout
    for target in ("demo", "test", "check", "test-all", "bench", "lock", "clean"):
        assert f"make {target} " in listed


def test_an_old_python_is_told_in_words(clone: Path) -> None:
    """Where no interpreter is new enough, the message says what to do and nothing is begun."""
    done = make(clone, "test", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.slow
def test_an_interrupted_set_up_is_done_again(clone: Path) -> None:
    """A half-made .venv, and one whose packages were not all installed, carry no stamp."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "half").touch()
    done = make(clone, ".venv/appliance.stamp", f"PYTHON={sys.executable}")
    assert "Setting up .venv" in done.stdout
    assert done.returncode != 0, "what is no TOML cannot be installed"
    assert not (clone / ".venv" / "half").exists()
    assert (clone / ".venv" / "made.stamp").exists()
    assert not (clone / ".venv" / "appliance.stamp").exists()
