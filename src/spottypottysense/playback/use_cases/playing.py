"""The door to playback. Callers see to it that one account is served by one thread at a time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import SpottyError
from spottypottysense.playback.model import (
    Action,
    KnownSpeaker,
    Outcome,
    PlayerState,
    Receipt,
    SpeakerSight,
    Verdict,
    Visit,
)
from spottypottysense.playback.policy.deciding import on_arrival, reason_of
from spottypottysense.playback.ports import PlayerControls, PlayerView, ReceiptStore
from spottypottysense.playback.use_cases.fading import Fading
from spottypottysense.playback.use_cases.handing import Handing
from spottypottysense.playback.use_cases.leaving import Leaving, never
from spottypottysense.playback.use_cases.means import Means, Memory
from spottypottysense.playback.use_cases.speakers import Speakers
from spottypottysense.playback.use_cases.starting import Starting
from spottypottysense.playback.use_cases.waking import Waking
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker


class Playback:
    """Starts, hands over and pauses music, and keeps the receipts that prove which music is ours."""

    def __init__(
        self,
        view: PlayerView,
        controls: PlayerControls,
        receipts: ReceiptStore,
        memory: Memory,
        clock: Clock,
        dice: Callable[[], float],
        pause: Callable[[timedelta], None],
    ) -> None:
        means = Means(view, controls, receipts, memory, clock, dice, pause)
        waking = Waking(means)
        self._view = view
        self._memory = memory
        self._receipts = receipts
        self._clock = clock
        self._fading = Fading(means)
        self._leaving = Leaving(means, self._fading)
        self._starting = Starting(means, waking, self._fading, self._leaving)
        self._handing = Handing(means, waking)
        self._speakers = Speakers(means, self._starting, self._leaving)

    def arrive(self, visit: Visit) -> Outcome:
        """Start the room's music, let it come along from another room, or say why it stays silent."""
        if visit.account is None:
            return Outcome(playing=False, reason=Reason.NO_ACCOUNT)
        try:
            return self._arrive(visit, visit.account)
        except SpottyError as error:
            return _failed(error)

    def depart(self, account: str, session_id: str, interrupted: Callable[[], bool] = never) -> Outcome:
        """End what we started for this session, if it is still what plays; what a person took is left alone.

        `interrupted` turning true ends a fade at once, without a pause: the receipt stays, for somebody came
        back, and the next arrival keeps the music or hands it over. So it does when Spotify is out of reach,
        and while a song finishes: call again when its receipt's `pause_at` has come.
        """
        receipt = self._receipts.receipt(account)
        if receipt is None or receipt.session_id != session_id:
            return Outcome(playing=False, reason=Reason.ALREADY_SILENT)
        return self._leaving.depart(receipt, interrupted)

    def stop(self, account: str, room_id: str) -> Outcome:
        """Pause what is ours in a room at once, because somebody asked for it."""
        receipt = self._receipts.receipt(account)
        if receipt is None or receipt.room_id != room_id:
            return Outcome(playing=False, reason=Reason.ALREADY_SILENT)
        return self._leaving.stop(receipt)

    def receipts(self) -> tuple[Receipt, ...]:
        """Return what we started and have not ended, oldest first."""
        return self._receipts.receipts()

    def test(self, account: str, speaker: Speaker, content: str) -> Outcome:
        """Play `content` on a speaker, quietly and for some seconds; `playing` says that it was heard.

        Nothing is done while the account plays anything.
        """
        try:
            return self._speakers.test(account, speaker, content)
        except SpottyError as error:
            return _failed(error)

    def speakers(self, account: str) -> tuple[SpeakerSight, ...]:
        """Return every speaker that is listed or known, by name; raises `NeedsPerson` or `Unavailable`."""
        return self._speakers.all_of(account)

    def known_speakers(self, account: str) -> tuple[KnownSpeaker, ...]:
        """Return every speaker that Spotify ever listed for the account, by name, without asking it."""
        return self._memory.speakers.all_of(account)

    def _arrive(self, visit: Visit, account: str) -> Outcome:
        receipt = self._receipts.receipt(account)
        state = self._view.state(account)
        verdict = on_arrival(visit, state, receipt, self._clock.now())
        losses = (verdict.loss,) if verdict.loss is not None else ()
        if verdict.action is Action.STAY_SILENT:
            if losses and receipt is not None:
                self._receipts.remove(receipt)  # a person took that music into his own hands
            return Outcome(playing=False, reason=verdict.reason, losses=losses)
        if receipt is not None and verdict.action is Action.KEEP:
            return self._keep(visit, verdict, state, receipt)
        if receipt is not None and verdict.action is Action.HAND_OVER:
            return self._handing.hand_over(visit, account, verdict, state, receipt)
        return replace(self._starting.start(visit, account, state, receipt), losses=losses)

    def _keep(self, visit: Visit, verdict: Verdict, state: PlayerState, receipt: Receipt) -> Outcome:
        kept = self._receipts.save(
            replace(
                receipt,
                session_id=visit.session_id,
                confirmed=True,
                item=receipt.item or state.item,
                ending=visit.wishes.ending,
                pause_at=None,
            )
        )
        with suppress(SpottyError):  # too low, it plays all the same
            self._fading.mend(kept, state)
        return Outcome(playing=True, reason=verdict.reason)


def _failed(error: SpottyError) -> Outcome:
    return Outcome(playing=False, reason=reason_of(error), detail=str(error))
