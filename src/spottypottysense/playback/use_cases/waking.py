"""Finding a speaker that may sleep."""

from contextlib import suppress
from datetime import datetime, timedelta

from spottypottysense.errors import NeedsPerson, NotFound
from spottypottysense.playback.model import KnownSpeaker, PlayerState, SeenSpeaker, Wake
from spottypottysense.playback.policy.finding import (
    after_playing,
    after_seen,
    after_sleeping,
    find_speaker,
    is_surely,
    remembered,
)
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.reasons import Reason, sentence
from spottypottysense.sensors.model import Speaker

POLLS = (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4))
"""How long a speaker that Spotify does not list is given before each further look."""


class Waking:
    """Finds speakers, wakes them, and remembers what they needed."""

    def __init__(self, means: Means) -> None:
        self._view = means.view
        self._controls = means.controls
        self._speakers = means.memory.speakers
        self._clock = means.clock
        self._pause = means.pause

    def find(self, account: str, wanted: Speaker, state: PlayerState, until: datetime) -> SeenSpeaker:
        """Return the speaker that is meant; `state` spares the list if it can only be the active one.

        A speaker that we know and Spotify does not list may wake when it is addressed: it is tried `until`
        then. Raises `NeedsPerson` with the reason and the speaker's name.
        """
        known = self._speakers.known(account, wanted)
        wanted = remembered(wanted, known)
        if state.speaker is not None and is_surely(state.speaker, wanted):
            return state.speaker
        found = find_speaker(wanted, self._view.speakers(account))
        if found is Reason.SPEAKER_MISSING and known is not None:
            found = self._wake(known, wanted, state, until)
        if isinstance(found, Reason):
            raise _cannot(found, wanted)
        self._speakers.keep(after_seen(known, account, found, self._clock.now()))
        return found

    def is_slow(self, account: str, wanted: Speaker) -> bool:
        """Say whether the speaker is known to need a moment between its transfer and its first note."""
        known = self._speakers.known(account, wanted)
        return known is not None and known.wake is Wake.PATIENCE

    def played(self, account: str, speaker: Speaker, needed: Wake) -> None:
        """Remember what it took."""
        known = self._speakers.known(account, speaker)
        if known is not None and after_playing(known, needed) != known:
            self._speakers.keep(after_playing(known, needed))

    def slept(self, account: str, speaker: Speaker) -> NeedsPerson:
        """Count a visit that it slept through, and return the error that says so."""
        known = self._speakers.known(account, speaker)
        if known is not None:
            self._speakers.keep(after_sleeping(known, self._clock.now()))
        return _cannot(Reason.SPEAKER_ASLEEP, speaker)

    def _wake(
        self, known: KnownSpeaker, wanted: Speaker, state: PlayerState, until: datetime
    ) -> SeenSpeaker | Reason:
        """Address it only while nothing plays: a transfer would bring along what does."""
        for number, wait in enumerate(POLLS):
            if self._clock.now() + wait > until:
                break
            if number and not state.is_playing:
                state = self._view.state(known.account)
            if not state.is_playing:
                with suppress(NotFound):
                    self._controls.transfer(known.account, known.last_id)
            self._pause(wait)
            found = find_speaker(wanted, self._view.speakers(known.account))
            if found is not Reason.SPEAKER_MISSING:
                return found
        raise self.slept(known.account, wanted)


def _cannot(reason: Reason, speaker: Speaker) -> NeedsPerson:
    return NeedsPerson(reason, f"{sentence(reason)} ({speaker.name})")
