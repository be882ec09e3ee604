"""Load by wrk, which takes little of the machine that it measures."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_REPORT = """
done = function(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format("\\nfigures %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    failed.status + failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Load:
    """What came of some seconds of requests; latencies are in milliseconds."""

    requests: int
    requests_a_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def require_wrk() -> None:
    """End the program with a word about it where wrk is missing."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk, then run this again.")


def load(url: str, connections: int, seconds: int, directory: Path, token: str = "") -> Load:
    """GET `url` over so many connections; raises RuntimeError if any answer was not a good one."""
    script = directory / "report.lua"
    script.write_text(_REPORT, encoding="ascii")
    headers = ["-H", f"Authorization: Bearer {token}"] if token else []
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(script),
        *headers,
        url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("figures "))
    requests, micros, failed, p50, p95, p99 = map(int, line.split()[1:])
    if failed or not requests:
        raise RuntimeError(f"{failed} of {requests} requests to {url} failed.")
    return Load(requests, round(requests * 1e6 / micros, 1), p50 / 1000, p95 / 1000, p99 / 1000)
