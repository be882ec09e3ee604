from benchmarks.run import run


def test_no_visit_asks_spotify_more_often_than_it_may() -> None:
    """The benchmark itself fails over budget; each visit tells its calls one by one."""
    found = run("spotify_calls")
    for name, row in found["calls_per_visit"].items():
        words = found["calls"][name].replace(" | ", ", ").split(", ")
        assert row["calls"] == row["in"] + row["out"] == len([word for word in words if word != "-"])
    assert found["calls_per_visit"]["warm"]["budget"] == 6
    assert found["calls_per_visit"]["cold"]["budget"] == 9
