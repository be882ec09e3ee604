import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = '''
import pytest

def test_asks_too_much():
    """Skip by itself."""
    pytest.skip("no such tool")

@pytest.mark.skipif(True, reason="wrong machine")
def test_is_marked():
    """Be skipped by a mark."""

@pytest.mark.xfail
def test_is_known_to_fail():
    """Fail as foreseen."""
    assert False
'''


def run(folder: Path, strict: str) -> subprocess.CompletedProcess[str]:
    """Run three tests that skip, and a module that does, with our conftest."""
    shutil.copy(Path(__file__).parents[1] / "conftest.py", folder)
    (folder / "test_skips.py").write_text(SKIPS)
    (folder / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        ".",
        "--continue-on-collection-errors",
    ]
    env = os.environ | {"SPOTTY_TEST_STRICT": strict}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_skip_stays_a_skip_by_default(tmp_path: Path) -> None:
    """Who lacks a tool can still run the rest."""
    done = run(tmp_path, "")
    assert done.returncode == pytest.ExitCode.OK
    assert "3 skipped, 1 xfailed" in done.stdout


def test_a_skip_is_a_failure_when_strict(tmp_path: Path) -> None:
    """Where every tool is at hand, what is skipped fails with the reason; a foreseen failure does not."""
    done = run(tmp_path, "1")
    assert done.returncode != pytest.ExitCode.OK
    assert "skipped" not in done.stdout.splitlines()[-1]
    for reason in ("no such tool", "wrong machine", "no_such_module"):
        assert reason in done.stdout
