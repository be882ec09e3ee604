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
        self.motions = Counter("spotty_motions", "Motions by reason.", ["reason"], registry=registry)
        self.motion_seconds = Histogram(
            "spotty_motion_seconds",
            "From receiving a motion to its commit.",
            buckets=_QUICK,
            registry=registry,
        )
        self.switches = Counter(
            "spotty_switches", "Messages of switches by reason.", ["reason"], registry=registry
        )
        self.playback = Counter("spotty_playback", "Outcomes of playback.", ["outcome"], registry=registry)
        self.first_note_seconds = Histogram(
            "spotty_first_note_seconds",
            "From receiving a motion to music that is known to play.",
            buckets=_FIRST_NOTE,
            registry=registry,
        )
        self.speaker_asleep = Counter(
            "spotty_speaker_asleep",
            "Visits without music because of the speaker, by what was seen of it.",
            ["outcome"],
            registry=registry,
        )
        self.sessions_open = Gauge("spotty_sessions_open", "Sessions that are open now.", registry=registry)
        self.sessions_ended = Counter(
            "spotty_sessions_ended", "Sessions that ended, by reason.", ["reason"], registry=registry
        )
        self.spotify_seconds = Histogram(
            "spotty_spotify_seconds", "Calls to Spotify.", buckets=_REMOTE, registry=registry
        )
        self.grant_refreshes = Counter(
            "spotty_grant_refreshes", "Grants refreshed, by result.", ["result"], registry=registry
        )
        self.mqtt_connected = Gauge(
            "spotty_mqtt_connected", "1 while the broker is connected.", registry=registry
        )
        self.broker_restarts = Counter(
            "spotty_broker_restarts", "Times the embedded broker was started anew.", registry=registry
        )
        Info("spotty_build", "What runs here.", registry=registry).info({"version": version})
        ProcessCollector(registry=registry)

    def render(self) -> bytes:
        """Return all figures in Prometheus' text format (see `CONTENT_TYPE`)."""
        return generate_latest(self._registry)
