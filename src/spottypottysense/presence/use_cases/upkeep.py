"""What is done about music when no sensor says anything: it comes along, ends with its song, or is mended."""

from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense.clock import Clock
from spottypottysense.playback.model import Receipt
from spottypottysense.playback.use_cases import Playback
from spottypottysense.presence.model import Music, Session
from spottypottysense.presence.policy.music import is_waiting, may_come_along
from spottypottysense.presence.policy.stays import stay_of
from spottypottysense.presence.ports import SessionStore
from spottypottysense.presence.use_cases.music import RoomMusic
from spottypottysense.presence.use_cases.notes import Notes
from spottypottysense.presence.use_cases.rulebook import Rulebook
from spottypottysense.presence.use_cases.work import LaneWork
from spottypottysense.reasons import Reason

OTHERS_WORK = timedelta(seconds=30)
"""For so long a start that this process knows nothing of is another's, who works at it: a command line's."""


class Upkeep:
    """Looks after music; asks Spotify only where something is to be done."""

    def __init__(
        self,
        store: SessionStore,
        playback: Playback,
        rulebook: Rulebook,
        work: LaneWork,
        music: RoomMusic,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._playback = playback
        self._rulebook = rulebook
        self._work = work
        self._music = music
        self._notes = notes
        self._clock = clock
        self._finished: dict[str, datetime] = {}
        self._just_started = True

    def follow(self) -> int:
        """Ask for music that was busy elsewhere and may come now; return how often that was done."""
        waiting = [session for session in self._store.open() if is_waiting(session)]
        if not waiting:
            return 0
        receipts = {receipt.account: receipt for receipt in self._playback.receipts()}
        return sum(
            self._may_come(session, receipts.get(session.account or "")) and self._music.ask_again(session)
            for session in waiting
            if not self._work.is_under_way(session.id)
        )

    def finish_songs(self) -> int:
        """Pause where the song is over that was let finish; return how many were.

        Each is asked for once; what Spotify keeps us from is mended later.
        """
        now = self._clock.now()
        finished = 0
        for receipt in self._playback.receipts():
            over = receipt.pause_at is not None and receipt.pause_at <= now
            if over and self._finished.get(receipt.account) != receipt.pause_at:
                finished += self._end_left_over(receipt, "song_over")
        return finished

    def mend(self) -> int:
        """Take up what a crash or an outage left lying; return how much that was.

        Music of a visit that is over is paused, unless its song may finish; so is what was stopped by hand.
        A start that nobody is working on is taken up while it is fresh, else given up: whoever is still
        there moves again and starts it anew. What is pending when this process begins was left by a crash;
        later, another process may be at it for a while.
        """
        now = self._clock.now()
        left = [r for r in self._playback.receipts() if r.pause_at is None or r.pause_at <= now]
        mended = sum(self._end_left_over(receipt, "mended") for receipt in left)
        for session in self._store.open():
            if session.music is Music.PENDING and not self._is_in_hand(session, now):
                self._take_up(session)
                mended += 1
        self._just_started = False
        return mended

    def _is_in_hand(self, session: Session, now: datetime) -> bool:
        """Say whether somebody works on a start: we do, or another process that asked for it just now."""
        if self._work.is_under_way(session.id):
            return True
        if self._just_started or session.asked_at is None:
            return False
        return timedelta(0) <= now - session.asked_at < OTHERS_WORK

    def _may_come(self, session: Session, receipt: Receipt | None) -> bool:
        here = stay_of(session, self._rulebook.of(session.room_id).room)
        elsewhere = self._music.stays_elsewhere(session)
        holder = next((stay for stay in elsewhere if receipt and stay.session_id == receipt.session_id), None)
        return may_come_along(session, here, holder, elsewhere, self._clock.now())

    def _end_left_over(self, receipt: Receipt, event: str) -> bool:
        session = self._notes.session(receipt.session_id)
        if session is None or self._work.is_under_way(session.id):
            return False
        if receipt.pause_at is not None:
            self._finished[receipt.account] = receipt.pause_at
        if session.ended_at is not None:
            self._music.end(
                replace(session, account=receipt.account), event=event
            )  # the room's may be another
        elif session.silent_reason is Reason.STOPPED_BY_HAND:
            self._music.stop_at(receipt.account, session)
        else:
            return False
        return True

    def _take_up(self, session: Session) -> None:
        if self._clock.now() - session.last_motion_at <= self._rulebook.stale_after:
            self._music.start(session)
        else:
            self._music.give_up(session)
