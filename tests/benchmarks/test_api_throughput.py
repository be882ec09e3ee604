"""What the API answers under load: the benchmark refuses any answer that is not a good one."""

import shutil

import pytest

from benchmarks.run import run


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed (Debian: wrk)")
def test_it_measures_both_routes_beside_a_bare_one() -> None:
    """Each load has its figures, and the signed-in routes are told beside the bare one."""
    found = run("api_throughput", "--sensors", "3", "--sessions", "200", "--seconds", "1")
    assert found["sensors_beside_hello"] > 0
    loads = found["loads"]
    assert {name.partition("_")[0] for name in loads} == {"hello", "sensors", "analytics"}
    for figures in loads.values():
        assert figures["requests_a_second"] > 0
        assert figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
