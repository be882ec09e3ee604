"""Music that ends softly, or with its song."""

from dataclasses import replace

from memory.home import BATH_MIX, PretendHome
from presence.people import MINUTE, SECOND, music_of, see, speaker_of, wait
from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending


def test_fade_that_somebody_interrupts(home: PretendHome) -> None:
    """Who comes in while the music fades finds it playing, as loud as before."""
    home.core.sensors.change_room("bath", ending=Ending.FADE)
    see(home, "pir")
    home.clock.advance(5 * MINUTE)
    home.lanes.held = True
    home.core.presence.tick()
    see(home, "beam")
    home.lanes.run()
    assert "pause" not in home.player.calls
    assert (speaker_of(home), home.player.hears("anna")) == ("box-3", BATH_MIX)
    assert music_of(home) == {"hall": None}


def test_song_that_finishes(home: PretendHome) -> None:
    """The room is empty and the song plays on; when it is over the music is paused, once."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    see(home, "pir")
    wait(home, 5 * MINUTE)
    (receipt,) = home.stores.receipts.receipts()
    assert receipt.pause_at is not None
    assert home.core.presence.mend() == 0
    wait(home, receipt.pause_at - home.clock.now() - SECOND)
    assert home.player.hears("anna") == BATH_MIX
    wait(home, SECOND)
    assert home.player.hears("anna") is None
    row = home.core.presence.decisions("home")[0]
    assert (row.event, row.outcome) == ("song_over", Reason.PAUSED)


def test_song_whose_end_is_missed(home: PretendHome) -> None:
    """While Spotify is out of reach the ticker asks once; mending does the rest."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    see(home, "pir")
    wait(home, 5 * MINUTE)
    home.player.before = _unreachable
    calls = len(home.player.calls)
    wait(home, 5 * MINUTE)
    assert len(home.player.calls) == calls + 1
    home.player.before = lambda _: None
    assert home.core.presence.mend() == 1
    assert home.player.hears("anna") is None


def test_song_that_somebody_comes_back_to(home: PretendHome) -> None:
    """Who returns before it is over keeps the music, and nothing is paused."""
    home.core.sensors.change_room("bath", ending=Ending.FINISH_SONG)
    see(home, "pir")
    wait(home, 6 * MINUTE)
    see(home, "pir")
    wait(home, 4 * MINUTE)
    assert home.player.hears("anna") == BATH_MIX
    assert music_of(home) == {"bath": None}


def test_receipt_whose_song_is_over_in_an_open_visit(home: PretendHome) -> None:
    """A song's end that is past says nothing while somebody is there."""
    see(home, "pir")
    (receipt,) = home.stores.receipts.receipts()
    home.stores.receipts.save(replace(receipt, pause_at=home.clock.now()))
    wait(home, MINUTE)
    assert home.player.hears("anna") == BATH_MIX


def _unreachable(_: str) -> None:
    raise Unavailable("Spotify did not answer.")
