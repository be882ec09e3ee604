"""All that the OpenAPI document allows, and what it does not, asked by schemathesis with every check."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from conftest import STRICT

_EXAMPLES = 8
"""Generated requests per operation and phase, besides those that its document names one by one."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed")
@pytest.mark.parametrize("role", ["owner", "member", "token"])
def test_no_request_is_answered_otherwise_than_described(role: str, tmp_path: Path) -> None:
    """Never 5xx, nothing undescribed, bad input refused, what was deleted is gone: as each role."""
    dice = ["--generation-deterministic"] if STRICT else []
    program = [sys.executable, str(Path(__file__).with_name("fuzzing.py")), role]
    run = subprocess.run(
        [*program, "--max-examples", str(_EXAMPLES), "--no-color", *dice],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=False,
    )
    cases = re.search(r"(\d[\d,]*) generated", run.stdout)
    assert cases, run.stdout + run.stderr
    print(f"\n{role}: {cases[1]} cases")  # noqa: T201  the figure that is quoted
    assert run.returncode == 0, run.stdout
