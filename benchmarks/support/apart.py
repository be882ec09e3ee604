"""Work in a process of its own, with what it took: seconds, CPU, memory."""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Effort:
    """What some work took: `cpu` are seconds of all threads, `peak_mb` is the process's largest memory."""

    seconds: float
    cpu: float
    peak_mb: float
    result: Any


def apart(work: Callable[..., Any], *given: object) -> Any:
    """Call `work` in a fresh process and return what it returns; it and what it is given can be pickled."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def measured(work: Callable[[], Any]) -> Effort:
    """Call `work` here and say what it took."""
    began, cpu = time.monotonic(), time.process_time()
    result = work()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    return Effort(seconds, cpu, _peak_mb(), result)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children() -> list[int]:
    """Return the processes that this one has started."""
    tasks = Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def _peak_mb() -> float:
    """Return the peak of this process alone: `ru_maxrss` would count its parent's before the start."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
