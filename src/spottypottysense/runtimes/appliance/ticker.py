"""What is done again and again: each job in a thread of its own, so that a slow one delays no other."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

_log = logging.getLogger("spotty.ticker")


@dataclass(frozen=True)
class Job:
    """`run` is called every `every`, give or take `jitter` (0 to 1) of it, for the first time `after`."""

    name: str
    every: timedelta
    run: Callable[[], object]
    jitter: float = 0.0
    after: timedelta = timedelta(0)


class Ticker:
    """Runs jobs until it is stopped. A job that fails is told once, and once when it works again."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(job,), name=f"ticker-{job.name}", daemon=True)
            for job in jobs
        ]

    def start(self) -> None:
        """Start all jobs."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let what runs finish and start nothing more."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=10)

    def _repeat(self, job: Job) -> None:
        failing = False
        self._stopping.wait(job.after.total_seconds())
        while not self._stopping.is_set():
            try:
                job.run()
            except Exception:
                if not failing:
                    _log.exception("job fails", extra={"job": job.name})
                failing = True
            else:
                if failing:
                    _log.info("job works again", extra={"job": job.name})
                failing = False
            stretch = 1 + random.uniform(-job.jitter, job.jitter)  # noqa: S311  spreads load, hides nothing
            self._stopping.wait(job.every.total_seconds() * stretch)
