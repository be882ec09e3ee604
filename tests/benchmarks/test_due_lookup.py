from benchmarks.run import run


def test_the_index_finds_what_reading_through_all_finds() -> None:
    """The benchmark itself compares what both found; it tells the same figures of both."""
    found = run("due_lookup", "--grants", "2000", "--due", "50", "--repeats", "3")
    assert (found["grants"], found["due"]) == (2000, 50)
    rows = found["milliseconds"]
    assert set(rows) == {"due", "reading_through_all"}
    for row in rows.values():
        assert set(row) == {"p50", "p99", "max"}
