from benchmarks.run import run


def test_ours_stands_beside_one_by_one_and_bare_asking() -> None:
    """Everybody due is refreshed at every width, and each way tells the same figures."""
    found = run(
        "refresh_throughput",
        *("--users", "40", "--sequential", "2", "--latency", "0.01"),
        *("--at-once", "5", "10"),
    )
    rows = found["throughput"]
    assert (found["users"], found["latency_ms"]) == (40, 10)
    assert {name: row["users"] for name, row in rows.items()} == {
        "one_by_one": 2,
        "ours_5_at_once": 40,
        "asking_alone_5_at_once": 40,
        "ours_10_at_once": 40,
        "asking_alone_10_at_once": 40,
    }
    for row in rows.values():
        assert set(row) == {
            "users",
            "users_per_second",
            "percent_of_limit",
            "cpu_ms_per_user",
            "peak_mb",
            "times_one_by_one",
            "simulator_cpu_percent",
        }
