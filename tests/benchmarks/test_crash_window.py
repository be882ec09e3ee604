from benchmarks.run import run


def test_the_window_lies_within_the_refresh() -> None:
    """Each width tells how long answers waited for the disk, and how long whole refreshes took."""
    found = run("crash_window", "--users", "20", "--latency", "0.01", "--at-once", "1", "10")
    rows = found["microseconds"]
    assert set(rows) == {"1_at_once", "10_at_once"}
    for row in rows.values():
        assert row["users"] == 20
        assert 0 < row["window_p50"] < row["refresh_p50"]
        assert 0 < row["percent_of_refresh"] < 100
