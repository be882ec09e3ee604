"""The ladder from a command to music that is heard."""

from dataclasses import replace
from datetime import timedelta

from spottypottysense.errors import NeedsPerson, NotFound, SpottyError
from spottypottysense.playback.model import PlayerState, Start, Wake
from spottypottysense.playback.policy.deciding import reason_of
from spottypottysense.playback.policy.ownership import is_confirmed, is_ours, is_taken_over, is_there
from spottypottysense.playback.policy.starting import is_placed, spelled_out
from spottypottysense.playback.use_cases.launching import Launch
from spottypottysense.playback.use_cases.listening import Listening
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.playback.use_cases.waking import Waking
from spottypottysense.reasons import Reason

PATIENCE = timedelta(seconds=15)
"""How long a start may take in all: shorter than a short visit."""

RUNGS = (timedelta(0), timedelta(seconds=1), timedelta(seconds=2))
"""How long to wait before each try; a cold speaker often takes the second one."""

A_MOMENT = timedelta(seconds=1)
"""What a slow speaker needs between its transfer and its first note."""

MOST_PLAYS = 2
"""A command that was taken twice and not followed is not worth a third one."""


class Climbing:
    """Tries to make music heard, and never starts it twice: it looks before it asks again."""

    def __init__(self, means: Means, waking: Waking) -> None:
        self._view = means.view
        self._controls = means.controls
        self._receipts = means.receipts
        self._clock = means.clock
        self._pause = means.pause
        self._listening = Listening(means)
        self._waking = waking

    def climb(self, launch: Launch) -> PlayerState | None:
        """Return the state that shows our music, or None if the speaker took the command and keeps silent.

        Raises `NeedsPerson` (SPEAKER_ASLEEP where it was never reached, OWN_MUSIC where a person began
        something else meanwhile) or `Unavailable`.
        """
        missed = False
        for rung, wait in enumerate(RUNGS):
            too_late = rung > 0 and self._clock.now() + wait > launch.until
            if too_late or launch.accepted == MOST_PLAYS:
                break
            try:
                heard = self._again(launch, wait, missed=missed) if rung else self._first(launch)
            except NotFound:
                missed = True
                continue
            missed = False
            if heard is not None:
                launch.confirmed_at = self._clock.now()
                self._remember(launch, rung)
                return heard
        if not launch.accepted:
            raise self._waking.slept(launch.account, launch.wanted)
        return None

    def _first(self, launch: Launch) -> PlayerState | None:
        """Make the speaker active, unless something plays elsewhere: that would come along, and be heard."""
        self._prove(launch)
        if self._clock.now() - launch.receipt.started_at >= A_MOMENT:
            self._look(launch)  # finding a speaker that slept takes its time
        is_active = launch.speaker.is_active
        if not is_active and not launch.since.is_playing:
            self._controls.transfer(launch.account, launch.speaker_id)
            launch.transferred = True
            if self._waking.is_slow(launch.account, launch.wanted):
                self._pause(A_MOMENT)
            if launch.needs_a_look:
                self._look(launch)
        return self._play(launch, sets_volume=not is_active)

    def _again(self, launch: Launch, wait: timedelta, *, missed: bool) -> PlayerState | None:
        """Find it once more if it was not there, make it active, look, and only then ask again.

        It looks before the transfer too, which would bring along what a person began meanwhile.
        """
        self._pause(wait)
        state = self._look(launch)
        if not is_confirmed(state, launch.receipt):
            if missed:
                nowhere = replace(state, speaker=None)
                launch.see(self._waking.find(launch.account, launch.wanted, nowhere, launch.until))
                self._prove(launch)
            self._controls.transfer(launch.account, launch.speaker_id)
            state = self._look(launch)
        if is_confirmed(state, launch.receipt):
            launch.took(self._clock.now())
            return state
        launch.start = spelled_out(launch.start, launch.content, launch.since)
        return self._play(launch, sets_volume=True)

    def _play(self, launch: Launch, *, sets_volume: bool) -> PlayerState | None:
        """Set the volume before the first note, play, and read until the music shows."""
        self._prove(launch)
        levels = launch.levels
        if levels and (sets_volume or launch.speaker.volume != levels[0]):
            self._controls.set_volume(launch.account, launch.speaker_id, levels[0])
        self._ask(launch)
        return self._listening.hear(launch.receipt)

    def _ask(self, launch: Launch) -> None:
        """Send the play command; a place that Spotify refuses (the list is shorter by now) is given up."""
        try:
            self._controls.play(launch.account, launch.speaker_id, launch.start)
        except SpottyError as error:
            if reason_of(error) is not Reason.COMMAND_REFUSED or not is_placed(launch.start):
                raise
            launch.start = Start(launch.content)
            if not is_confirmed(self._view.state(launch.account), launch.receipt):
                self._controls.play(launch.account, launch.speaker_id, launch.start)
        launch.took(self._clock.now())

    def _look(self, launch: Launch) -> PlayerState:
        """Read the state; raises `NeedsPerson(OWN_MUSIC)` if a person began something else meanwhile."""
        state = self._view.state(launch.account)
        lags = launch.before is not None and is_ours(state, launch.before)
        if is_taken_over(state, launch.since, launch.receipt) and not lags:
            raise NeedsPerson(Reason.OWN_MUSIC)
        if state.speaker is not None and is_there(state.speaker, launch.receipt):
            launch.see(state.speaker)
        return state

    def _prove(self, launch: Launch) -> None:
        """Write the receipt if it has more to say than before."""
        proof = launch.proof()
        if proof != launch.receipt:
            launch.receipt = self._receipts.save(proof)

    def _remember(self, launch: Launch, rung: int) -> None:
        """Keep what it took; a speaker that was active already tells nothing of what it needs."""
        if rung:
            self._waking.played(launch.account, launch.wanted, Wake.PATIENCE)
        elif launch.transferred:
            self._waking.played(launch.account, launch.wanted, Wake.TRANSFER)
