from prometheus_client.parser import text_string_to_metric_families

from spottypottysense.runtimes.appliance.metrics import Metrics


def values(metrics: Metrics) -> dict[str, float]:
    """Return what a scraper reads, by name and label values."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def test_every_figure_is_there() -> None:
    """A scraper reads what was counted, measured and asked for."""
    metrics = Metrics("1.2.3")
    metrics.motions.labels("arrived").inc()
    metrics.switches.labels("by_hand").inc()
    metrics.playback.labels("started").inc()
    metrics.first_note_seconds.observe(0.7)
    metrics.speaker_asleep.labels("speaker_missing").inc()
    metrics.sessions_ended.labels("timeout").inc(2)
    metrics.grant_refreshes.labels("refreshed").inc()
    metrics.motion_seconds.observe(0.003)
    metrics.spotify_seconds.observe(0.1)
    metrics.broker_restarts.inc()
    metrics.sessions_open.set_function(lambda: 3)
    metrics.mqtt_connected.set_function(lambda: True)
    got = values(metrics)
    assert got["spotty_motions_total arrived"] == 1
    assert got["spotty_switches_total by_hand"] == 1
    assert got["spotty_playback_total started"] == 1
    assert got["spotty_first_note_seconds_count"] == 1
    assert got["spotty_speaker_asleep_total speaker_missing"] == 1
    assert got["spotty_sessions_ended_total timeout"] == 2
    assert got["spotty_grant_refreshes_total refreshed"] == 1
    assert got["spotty_motion_seconds_count"] == got["spotty_spotify_seconds_count"] == 1
    assert got["spotty_broker_restarts_total"] == got["spotty_mqtt_connected"] == 1
    assert got["spotty_sessions_open"] == 3
    assert got["spotty_build_info 1.2.3"] == 1


def test_two_houses_do_not_share_figures() -> None:
    """The registry is an object's own, so that tests and rehearsals stay apart."""
    one, other = Metrics("1"), Metrics("1")
    one.broker_restarts.inc()
    assert values(other)["spotty_broker_restarts_total"] == 0
