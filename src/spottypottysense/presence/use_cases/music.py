"""The music of a visit: asked for in the account's lane, and its outcome noted in session and journal."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, SpottyError, Unavailable
from spottypottysense.playback.model import Outcome, Stay, Visit
from spottypottysense.playback.use_cases import Playback
from spottypottysense.presence.model import (
    Action,
    Attempt,
    Decision,
    JournalEntry,
    Music,
    RoomRules,
    Session,
)
from spottypottysense.presence.policy.music import ABOUT_THE_ACCOUNT, asking, is_waiting, next_account
from spottypottysense.presence.policy.rules import veto, wishes_at
from spottypottysense.presence.policy.stays import stay_of
from spottypottysense.presence.ports import SessionStore
from spottypottysense.presence.use_cases.notes import Notes
from spottypottysense.presence.use_cases.records import Records
from spottypottysense.presence.use_cases.rulebook import Rulebook
from spottypottysense.presence.use_cases.work import LaneWork
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room, Speaker

_log = logging.getLogger("spotty.presence")

_NEWS = frozenset({Reason.STARTED, Reason.RESUMED, Reason.HANDED_OVER, Reason.PAUSED})
"""What is worth a row in the journal when no motion and no deadline brought it about."""

TEST_PATIENCE = timedelta(seconds=45)
"""How long a test of a speaker may take with all that is before it: a fade, a speaker that has to wake."""

BY_MOTION = Attempt()
"""Music that is asked for because somebody moved."""


class RoomMusic:
    """Starts, stops and ends the music of sessions, one thing at a time per Spotify account."""

    def __init__(
        self,
        store: SessionStore,
        playback: Playback,
        rulebook: Rulebook,
        work: LaneWork,
        records: Records,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._playback = playback
        self._rulebook = rulebook
        self._work = work
        self._records = records
        self._notes = notes
        self._clock = clock

    def start(
        self, session: Session, entry: JournalEntry | None = None, attempt: Attempt = BY_MOTION
    ) -> None:
        """Ask for the music of a session whose music is pending; returns at once."""
        lane = session.account or session.id
        self._submit(lane, session.id, lambda: self._arrive(session.id, entry, attempt), is_start=True)

    def end(self, session: Session, entry: JournalEntry | None = None, event: str = "mended") -> None:
        """End the music of a session that is over; returns at once.

        If somebody waits in another room for this account's music, it goes there instead: the start is
        queued first, and what it has taken over is not ours to pause any more.
        """
        account = session.account
        if account is None:
            return
        waiting = [other for other in self._store.open() if other.account == account and is_waiting(other)]
        for other in sorted(waiting, key=lambda other: other.last_motion_at)[-1:]:
            self.ask_again(other)
        self._submit(account, session.id, lambda: self._depart(session, account, entry, event))

    def stop(self, room_id: str, session: Session | None, entry: JournalEntry) -> bool:
        """Pause what is ours in a room, as somebody commanded; returns at once.

        `session` is the room's open visit as it was before. Says whether there was any music to stop.
        """
        here = {
            receipt.account: self._notes.session(receipt.session_id)
            for receipt in self._playback.receipts()
            if receipt.room_id == room_id
        }
        if session is not None and session.account is not None and session.music is not Music.SILENT:
            here[session.account] = session
        for account, its in here.items():
            if its is not None:
                self.stop_at(account, its, entry)
        if not here:
            self._records.settle(entry, Outcome(playing=False, reason=Reason.ALREADY_SILENT))
        return bool(here)

    def test(
        self, account: str, speaker: Speaker, content: str, patience: timedelta = TEST_PATIENCE
    ) -> Outcome:
        """Try a speaker when nothing else is done for the account, and wait for what comes of it.

        Raises `Conflict` while another test is under way there, `Unavailable` if it takes too long.
        """
        work_id = f"test of {account}"
        if self._work.is_under_way(work_id):
            raise Conflict("A speaker of this account is being tested: wait until that is over.")

        def test() -> Outcome:
            return self._playback.test(account, speaker, content)

        outcome = self._work.result(account, work_id, test, patience)
        if outcome is None:
            raise Unavailable("Spotify is slow or busy with other music of this account: try again.")
        return outcome

    def plays_in(self, room_id: str) -> bool:
        """Say whether music that we started plays in a room, as far as we know."""
        return any(receipt.room_id == room_id for receipt in self._playback.receipts())

    def stop_at(self, account: str, session: Session, entry: JournalEntry | None = None) -> None:
        """Pause what the account plays for a session that was stopped by hand; returns at once."""

        def stop() -> None:
            outcome = self._playback.stop(account, session.room_id)
            self._notes.stopped(session.id)
            self._report(session, outcome, entry, "mended")

        self._submit(account, session.id, stop)

    def ask_again(self, session: Session) -> bool:
        """Ask for music that was busy elsewhere and may come now; False if anything speaks against it."""
        now = self._clock.now()
        is_over = session.deadline_at <= now
        if is_over or veto(self._rulebook.of(session.room_id), None, now) is not None:
            return False
        decision = Decision(Action.EXTEND, Reason.TRY_AGAIN, asking(session, session.account, now, now))
        entry = self._records.about(decision, "follow", session)
        try:
            decision = self._records.commit(decision, entry)
        except Conflict:
            return False
        self._records.tell(decision, entry)
        self.start(decision.session or session, entry)
        return True

    def give_up(self, session: Session) -> None:
        """Note that nobody is working on a start that came too long ago."""
        self._notes.outcome(session.id, Outcome(playing=False, reason=Reason.RESTARTED))

    def _submit(self, lane: str, session_id: str, act: Callable[[], None], *, is_start: bool = False) -> None:
        def work() -> None:
            try:
                act()
            except SpottyError as error:
                _log.error("playback", extra={"session": session_id, "error": str(error)})

        self._work.submit(lane, session_id, work, is_start=is_start)

    def _arrive(self, session_id: str, entry: JournalEntry | None, attempt: Attempt) -> None:
        """Ask one account for the music; if it cannot play, whoever stands in for it is asked next."""
        session = self._store.session(session_id)
        rules = self._rulebook.of(session.room_id)
        if session.ended_at is not None:
            outcome = Outcome(playing=False, reason=Reason.VISIT_OVER)
        elif session.silent_reason is Reason.STOPPED_BY_HAND:
            outcome = Outcome(playing=False, reason=Reason.STOPPED_BY_HAND)
        else:
            outcome = self._playback.arrive(self._visit(session, rules, attempt))
        if session.account is not None and not outcome.playing:
            asked = (*attempt.asked, session.account)
            attempt = replace(attempt, asked=asked, refused=attempt.refused or outcome)
            following = next_account(rules.room, outcome.reason, asked)
            if following is not None and self._notes.passed_on(session.id, following):
                self._notes.losses(outcome)
                self.start(replace(session, account=following), entry, attempt)
                return
        self._settle_arrival(session, outcome, attempt, entry)

    def _settle_arrival(
        self, session: Session, outcome: Outcome, attempt: Attempt, entry: JournalEntry | None
    ) -> None:
        """Note the outcome; where nobody could play, it is what the first account answered that counts."""
        account = None
        if attempt.refused is not None and outcome.reason in ABOUT_THE_ACCOUNT and not outcome.playing:
            outcome, account = replace(attempt.refused, losses=outcome.losses), attempt.asked[0]
        self._notes.outcome(
            session.id, outcome, account, self._content_of(session) if outcome.playing else None
        )
        self._report(session, outcome, entry, "mended")

    def _content_of(self, session: Session) -> str | None:
        """Return what plays for a session: its receipt knows, also of music that came along."""
        receipts = self._playback.receipts()
        return next((receipt.content for receipt in receipts if receipt.session_id == session.id), None)

    def _visit(self, session: Session, rules: RoomRules, attempt: Attempt) -> Visit:
        return Visit(
            stay=stay_of(session, rules.room),
            account=session.account,
            wishes=wishes_at(rules, self._clock.now()),
            elsewhere=self.stays_elsewhere(session),
            others=_others(rules.room, session.account),
            by_hand=attempt.by_hand,
            takes_over=attempt.takes_over or rules.takes_over,
            latest_wins=rules.latest_wins,
        )

    def stays_elsewhere(self, session: Session) -> tuple[Stay, ...]:
        """Return the open stays in other rooms of the session's account."""
        others = (
            other
            for other in self._store.open()
            if other.id != session.id and other.account == session.account and other.account is not None
        )
        return tuple(stay_of(other, self._rulebook.of(other.room_id).room) for other in others)

    def _depart(self, session: Session, account: str, entry: JournalEntry | None, event: str) -> None:
        receipt = next((r for r in self._playback.receipts() if r.account == account), None)
        if receipt is not None and receipt.session_id != session.id:
            outcome = Outcome(playing=False, reason=Reason.WENT_ALONG)
        else:
            outcome = self._playback.depart(account, session.id, lambda: self._work.start_waits(account))
        self._notes.outcome(session.id, outcome)
        self._report(session, outcome, entry, event)

    def _report(self, session: Session, outcome: Outcome, entry: JournalEntry | None, event: str) -> None:
        _log.info(
            "playback",
            extra={
                "room": session.room_id,
                "session": session.id,
                "outcome": outcome.reason,
                "playing": outcome.playing,
                "detail": outcome.detail,
            },
        )
        if entry is not None:
            self._records.settle(entry, outcome)
        elif outcome.reason in _NEWS:
            action = Action.START if session.ended_at is None else Action.END
            decision = Decision(action, session.end_reason or Reason.RESTARTED)
            row = replace(self._records.about(decision, event, session), session_id=session.id)
            self._records.add(row, outcome)


def _others(room: Room, account: str | None) -> tuple[str, ...]:
    """Return who else may hold the room's speaker."""
    return tuple(dict.fromkeys(who for who in (room.account, *room.stand_ins) if who and who != account))
