import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(name: str, *words: str) -> dict[str, Any]:
    """Run a benchmark as a person would and return the one JSON object that it prints."""
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found
