"""What importing the motion path costs (slices, spotify, core), beside `import urllib3` in the same run.

CPU seconds of whole interpreters, medians; a bare interpreter is subtracted from neither and shown.
Run: .venv/bin/python benchmarks/import_cost.py [--json]
"""

import argparse
import os
import statistics
import subprocess
import sys

from support.appliance import show

MOTION_PATH = (
    "import spottypottysense.core, spottypottysense.spotify.player, spottypottysense.spotify.accounts"
)
CASES = {"bare": "pass", "urllib3": "import urllib3", "motion_path": MOTION_PATH}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(options.rounds + 1):
        for name, code in CASES.items():
            times[name].append(_cpu_ms(code))
    median = {name: statistics.median(found[1:]) for name, found in times.items()}
    rows = {f"{name}_ms": round(value, 1) for name, value in median.items()} | {
        "motion_path_to_urllib3": round(median["motion_path"] / median["urllib3"], 2),
        "the_same_above_a_bare_interpreter": round(
            (median["motion_path"] - median["bare"]) / (median["urllib3"] - median["bare"]), 2
        ),
    }
    show("Import of the motion path, CPU of a whole process", rows, options.json)


def _cpu_ms(code: str) -> float:
    """Return user + system time of an interpreter that runs `code`."""
    process = subprocess.Popen([sys.executable, "-c", code])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{code!r} failed")
    return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    main()
