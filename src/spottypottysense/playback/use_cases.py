"""What is done about the music. Callers see to it that one account is served by one thread at a time."""

from contextlib import suppress
from dataclasses import replace

from spottypottysense.clock import Clock
from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Action, Outcome, Receipt, SeenSpeaker, Visit
from spottypottysense.playback.policy import find_speaker, is_confirmed, on_arrival, on_departure, reason_of
from spottypottysense.playback.ports import PlayerControls, PlayerView, ReceiptStore
from spottypottysense.reasons import Reason, sentence


class Playback:
    """Starts and pauses music, and keeps the receipts that prove which music is ours."""

    def __init__(
        self, view: PlayerView, controls: PlayerControls, receipts: ReceiptStore, clock: Clock
    ) -> None:
        self._view = view
        self._controls = controls
        self._receipts = receipts
        self._clock = clock

    def arrive(self, visit: Visit) -> Outcome:
        """Start the room's music, unless the account plays something already.

        1. Read what plays and what we started.
        2. Decide.
        3. Write the receipt, then start: a crash in between leaves a trace, never unknown music. Shuffle
           comes after, for starting a context resets it.
        4. Read again to confirm.
        """
        if visit.account is None:
            return Outcome(playing=False, reason=Reason.NO_ACCOUNT)
        try:
            return self._arrive(visit, visit.account)
        except SpottyError as error:
            return Outcome(playing=False, reason=reason_of(error), detail=str(error))

    def depart(self, account: str, session_id: str) -> Outcome:
        """Pause what we started for this session, if it is still what plays.

        When Spotify is out of reach the receipt stays, so that it can be tried again.
        """
        receipt = self._receipts.receipt(account)
        if receipt is None or receipt.session_id != session_id:
            return Outcome(playing=False, reason=Reason.ALREADY_SILENT)
        try:
            verdict = on_departure(session_id, self._view.state(account), receipt)
            if verdict.action is Action.PAUSE:
                self._controls.pause(account, receipt.speaker_id)
        except Unavailable as error:
            return Outcome(playing=True, reason=error.reason, detail=str(error))
        except SpottyError as error:
            self._receipts.remove(receipt)
            return Outcome(playing=False, reason=reason_of(error), detail=str(error))
        self._receipts.remove(receipt)
        return Outcome(playing=False, reason=verdict.reason)

    def receipts(self) -> tuple[Receipt, ...]:
        """Return what we started and have not ended, oldest first."""
        return self._receipts.receipts()

    def _arrive(self, visit: Visit, account: str) -> Outcome:
        receipt = self._receipts.receipt(account)
        verdict = on_arrival(visit, self._view.state(account), receipt)
        if verdict.action is Action.STAY_SILENT:
            return Outcome(playing=False, reason=verdict.reason)
        if verdict.action is Action.KEEP and receipt is not None:
            self._receipts.save(replace(receipt, session_id=visit.session_id, confirmed=True))
            return Outcome(playing=True, reason=verdict.reason)
        return self._start(visit, account, receipt)

    def _start(self, visit: Visit, account: str, before: Receipt | None) -> Outcome:
        speaker = self._speaker(visit, account)
        receipt = self._receipts.save(self._receipt(visit, account, speaker, before))
        try:
            self._play(visit, account, receipt.speaker_id, speaker)
        except Unavailable:
            raise  # the command may have reached Spotify all the same: the receipt stays
        except SpottyError:
            self._receipts.remove(receipt)
            raise
        if visit.shuffle:
            with suppress(SpottyError):  # music in the wrong order is still music, and ours to pause
                self._controls.set_shuffle(account, receipt.speaker_id, on=True)
        if not is_confirmed(self._view.state(account), receipt):
            return Outcome(playing=False, reason=Reason.NOT_CONFIRMED, detail=sentence(Reason.NOT_CONFIRMED))
        self._receipts.save(replace(receipt, confirmed=True))
        return Outcome(playing=True, reason=Reason.STARTED)

    def _play(self, visit: Visit, account: str, speaker_id: str, speaker: SeenSpeaker) -> None:
        """Set the volume before the first note."""
        if visit.volume is not None and speaker.supports_volume:
            if not speaker.is_active:
                self._controls.transfer(account, speaker_id)
            self._controls.set_volume(account, speaker_id, visit.volume)
        try:
            self._controls.play(account, speaker_id, visit.content)
        except NotFound:
            self._controls.transfer(account, speaker_id)  # a cold speaker often takes the second try
            self._controls.play(account, speaker_id, visit.content)

    def _speaker(self, visit: Visit, account: str) -> SeenSpeaker:
        if visit.speaker is None:
            raise NeedsPerson(Reason.NO_SPEAKER)
        found = find_speaker(visit.speaker, self._view.speakers(account))
        if isinstance(found, Reason):
            raise NeedsPerson(found, f"{sentence(found)} ({visit.speaker.name})")
        return found

    def _receipt(self, visit: Visit, account: str, speaker: SeenSpeaker, before: Receipt | None) -> Receipt:
        if visit.content is None:
            raise NeedsPerson(Reason.NO_CONTENT)
        return Receipt(
            account=account,
            session_id=visit.session_id,
            room_id=visit.room_id,
            speaker_id=speaker.id or "",
            speaker_name=speaker.name,
            content=visit.content,
            started_at=self._clock.now(),
            version=before.version if before else 0,
        )
