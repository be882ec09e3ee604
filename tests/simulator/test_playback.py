"""Whatever is done to it, playback stays within its tracks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.simulator.catalogue import spotify_id, tracks_of
from spottypottysense.simulator.playback import Playback
from spottypottysense.simulator.speakers import Speaker

START = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["load", "skip", "back", "mix", "unmix", "silence", "sound", "off", "track", "context"]
        ),
        st.integers(0, 10_000_000),
    ),
    max_size=30,
)


@given(STEPS)
def test_playback_stays_within_its_tracks(steps: list[tuple[str, int]]) -> None:
    """Place and position are always valid, and only one who has music plays."""
    now = START
    speaker = Speaker("kitchen", "Kitchen", "Speaker", 40, now, {"alex"})
    playback = Playback(since=now)
    for name, seconds in steps:
        now += timedelta(seconds=seconds)
        playback.settle(now)
        _do(playback, name, seconds, speaker, now)
        playback.settle(now)
        item = playback.item
        assert (item is None) == (not playback.tracks)
        if item is None:
            assert not playback.playing
        else:
            assert sorted(playback.order) == list(range(len(playback.tracks)))
            assert not playback.playing or 0 <= playback.position_ms < item.duration_ms


def _do(playback: Playback, name: str, number: int, speaker: Speaker, now: datetime) -> None:
    if name == "load":
        uri = f"spotify:album:{spotify_id(str(number))}"
        playback.load(uri, tracks_of(uri), number % 20, number % 100_000)
    elif name in ("skip", "back"):
        playback.step(1 if name == "skip" else -1)
    elif name in ("mix", "unmix"):
        getattr(playback, name)()
    elif name == "silence":
        playback.silence(now)
    elif name == "sound":
        playback.sound(speaker, "alex", now)
    else:
        playback.repeat = name
