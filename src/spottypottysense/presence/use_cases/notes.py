"""What became of the music, noted in the sessions that it is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.playback.model import Loss, Outcome
from spottypottysense.presence.model import Music, Session
from spottypottysense.presence.policy.music import TAKEN, after_first_note, after_playback
from spottypottysense.presence.policy.visits import after_leaving
from spottypottysense.presence.ports import SessionStore
from spottypottysense.presence.use_cases.records import Records
from spottypottysense.reasons import Reason


class Notes:
    """Writes outcomes into sessions; motions write these too, so each note looks again until it fits."""

    def __init__(self, store: SessionStore, records: Records, clock: Clock) -> None:
        self._store = store
        self._records = records
        self._clock = clock

    def session(self, session_id: str) -> Session | None:
        """Return a session, or None if it was forgotten."""
        try:
            return self._store.session(session_id)
        except NotFound:
            return None

    def outcome(
        self, session_id: str, outcome: Outcome, account: str | None = None, content: str | None = None
    ) -> None:
        """Note what became of a session's music, in the end at `account`, and who lost music by it."""

        def change(session: Session) -> Session:
            if session.ended_at is not None:
                return _after_the_end(session, outcome, self._clock.now())
            if session.silent_reason is Reason.STOPPED_BY_HAND and not outcome.playing:
                return session
            noted = after_playback(session, outcome.playing, outcome.reason, self._clock.now())
            if outcome.first_note is not None:
                noted = after_first_note(noted, outcome.first_note)
            return replace(noted, account=account or noted.account, content=content or noted.content)

        self._change(session_id, change)
        self.losses(outcome)

    def losses(self, outcome: Outcome) -> None:
        """Note who lost music by it."""
        for loss in outcome.losses:
            self._loss(loss)

    def _loss(self, loss: Loss) -> None:
        """Note that a session's music is not ours any more, or that its visit is over since it went along."""
        if loss.reason is Reason.WENT_ALONG:
            self._end(loss.session_id)
            return

        def change(session: Session) -> Session:
            if session.ended_at is not None:
                return session
            return after_playback(session, playing=False, reason=loss.reason, now=self._clock.now())

        self._change(loss.session_id, change)

    def stopped(self, session_id: str) -> None:
        """Note that the music was stopped by hand, unless somebody has asked for it anew since."""

        def change(session: Session) -> Session:
            if session.ended_at is not None or session.asked_at is not None:
                return session
            return after_playback(
                session, playing=False, reason=Reason.STOPPED_BY_HAND, now=self._clock.now()
            )

        self._change(session_id, change)

    def passed_on(self, session_id: str, account: str) -> bool:
        """Note that another account is asked for a session's music; False if that is not wanted any more."""

        def change(session: Session) -> Session:
            wanted = session.ended_at is None and session.music is Music.PENDING
            return replace(session, account=account) if wanted else session

        changed = self._change(session_id, change)
        return changed is not None and changed.account == account and changed.ended_at is None

    def _end(self, session_id: str) -> None:
        while True:
            session = self.session(session_id)
            if session is None or session.ended_at is not None:
                return
            decision = after_leaving(session, self._clock.now())
            entry = self._records.about(decision, "follow", session)
            try:
                decision = self._records.commit(decision, entry)
            except Conflict:
                continue
            self._records.tell(decision, entry)
            return

    def _change(self, session_id: str, change: Callable[[Session], Session]) -> Session | None:
        while True:
            session = self.session(session_id)
            if session is None:
                return None
            changed = change(session)
            if changed == session:
                return session
            try:
                return self._store.save(changed)
            except Conflict:
                continue


def _after_the_end(session: Session, outcome: Outcome, now: datetime) -> Session:
    """Note what a person did to the music while the visit lasted: it stays so for whoever returns."""
    if outcome.playing or outcome.reason not in TAKEN:
        return session
    return after_playback(session, playing=False, reason=outcome.reason, now=now)
