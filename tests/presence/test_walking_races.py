"""Music that goes along while others write the same visits."""

from dataclasses import replace

import pytest

from memory.home import BATH_MIX, HALL_MIX, PretendHome
from presence.people import MINUTE, SECOND, music_of, see, speaker_of, wait
from spottypottysense.errors import Conflict
from spottypottysense.playback.model import Receipt
from spottypottysense.presence.model import JournalEntry, Session
from spottypottysense.reasons import Reason


def test_race_for_a_waiting_visit(home: PretendHome) -> None:
    """If somebody else writes the visit first, the next tick looks again."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    wait(home, 19 * SECOND)
    save = home.sessions.save
    lost: list[Session] = []

    def lose_once(session: Session, entry: JournalEntry | None = None) -> Session:
        if not lost:
            lost.append(session)
            raise Conflict("Somebody else was faster.")
        return save(session, entry)

    home.sessions.save = lose_once  # type: ignore[method-assign]
    wait(home, SECOND)
    assert speaker_of(home) == "box-1"
    wait(home, SECOND)
    assert speaker_of(home) == "box-2"


def test_race_for_a_visit_that_is_left(home: PretendHome) -> None:
    """A visit that is written while its music goes along ends all the same, once."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    save = home.sessions.save
    lost: list[Session] = []

    def lose_once(session: Session, entry: JournalEntry | None = None) -> Session:
        if session.end_reason is Reason.WENT_ALONG and not lost:
            lost.append(session)
            raise Conflict("Somebody else was faster.")
        return save(session, entry)

    home.sessions.save = lose_once  # type: ignore[method-assign]
    wait(home, 20 * SECOND)
    assert len(lost) == 1
    assert music_of(home) == {"kitchen": None}


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("walks", [False, True])
def test_loss_of_a_visit_that_is_over(home: PretendHome, walks: bool, forgotten: bool) -> None:
    """A visit that ends while its music is taken from it, or is forgotten even, is left as it ended."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    if not walks:
        home.player.person_pauses("anna")
    home.clock.advance(20 * SECOND)

    def leave(_: str) -> None:
        home.player.before = lambda _: None
        bath = next(s for s in home.core.presence.open_sessions() if s.room_id == "bath")
        home.sessions.save(replace(bath, ended_at=home.clock.now(), end_reason=Reason.TIMEOUT))
        if forgotten:
            home.stores.session_log.forget_before(home.clock.now() + SECOND)

    home.player.before = leave
    home.core.presence.tick()
    assert music_of(home) == {"kitchen": None if walks else Reason.USER_PAUSED}
    left = home.sessions.latest_in("bath")
    assert (left and left.end_reason) == (None if forgotten else Reason.TIMEOUT)


def test_nothing_is_followed_that_is_under_way(home: PretendHome) -> None:
    """What waits in a lane is not asked for twice."""
    see(home, "pir")
    wait(home, MINUTE)
    see(home, "door")
    home.lanes.held = True
    wait(home, 40 * SECOND)
    assert len(home.lanes.waiting) == 1
    home.lanes.run()
    assert speaker_of(home) == "box-2"


def test_loss_of_a_visit_that_is_forgotten(home: PretendHome) -> None:
    """Music that belongs to no visit we know is handed over to whoever comes."""
    see(home, "pir")
    (receipt,) = home.stores.receipts.receipts()
    (bath,) = home.core.presence.open_sessions()
    home.sessions.save(replace(bath, ended_at=home.clock.now()))
    home.stores.receipts.save(replace(receipt, session_id="gone"))
    see(home, "beam")
    assert speaker_of(home) == "box-3"
    assert home.player.hears("anna") in (BATH_MIX, HALL_MIX)
    assert isinstance(home.stores.receipts.receipts()[0], Receipt)
