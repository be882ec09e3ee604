"""Figures for Prometheus: what came in, what became of it, how long it took."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
"""The media type of what `render` returns."""

_QUICK = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
_REMOTE = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30)
_FIRST_NOTE = (0.2, 0.5, 1, 1.5, 2, 3, 5, 8, 12, 16, 30)


class Metrics:
    """The figures of one house, in a registry of their own.

    `sessions_open` and `mqtt_connected` are asked for when somebody looks: give each a
    `set_function`. Times are in seconds.
    """

    def __init__(self, version: str) -> None:
        registry = self._registry = CollectorRegistry()

        def counter(name: str, sentence: str, *labels: str) -> Counter:
            return Counter(f"spotty_{name}", sentence, labels, registry=registry)

        def gauge(name: str, sentence: str) -> Gauge:
            return Gauge(f"spotty_{name}", sentence, registry=registry)

        def seconds(name: str, sentence: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"spotty_{name}_seconds", sentence, buckets=buckets, registry=registry)

        self.motions = counter("motions", "Motions by reason.", "reason")
        self.motion_seconds = seconds("motion", "From receiving a motion to its commit.", _QUICK)
        self.switches = counter("switches", "Messages of switches by reason.", "reason")
        self.playback = counter("playback", "Outcomes of playback.", "outcome")
        self.first_note_seconds = seconds(
            "first_note", "From receiving a motion to music that is known to play.", _FIRST_NOTE
        )
        self.speaker_asleep = counter(
            "speaker_asleep",
            "Visits without music because of the speaker, by what was seen of it.",
            "outcome",
        )
        self.sessions_open = gauge("sessions_open", "Sessions that are open now.")
        self.sessions_ended = counter("sessions_ended", "Sessions that ended, by reason.", "reason")
        self.spotify_seconds = seconds("spotify", "Calls to Spotify.", _REMOTE)
        self.grant_refreshes = counter("grant_refreshes", "Grants refreshed, by result.", "result")
        self.mqtt_connected = gauge("mqtt_connected", "1 while the broker is connected.")
        self.broker_restarts = counter("broker_restarts", "Times the embedded broker was started anew.")
        Info("spotty_build", "What runs here.", registry=registry).info({"version": version})
        ProcessCollector(registry=registry)

    def render(self) -> bytes:
        """Return all figures in Prometheus' text format (see `CONTENT_TYPE`)."""
        return generate_latest(self._registry)
