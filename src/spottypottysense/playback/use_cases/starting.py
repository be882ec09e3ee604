"""Beginning music in a room."""

from contextlib import suppress
from dataclasses import replace

from spottypottysense.errors import SpottyError, Unavailable
from spottypottysense.playback.model import (
    ContentLength,
    Outcome,
    PlayerState,
    Receipt,
    Start,
    Visit,
)
from spottypottysense.playback.policy.deciding import reason_of
from spottypottysense.playback.policy.ownership import is_ours
from spottypottysense.playback.policy.starting import needs_length, start_of
from spottypottysense.playback.use_cases.climbing import PATIENCE, Climbing
from spottypottysense.playback.use_cases.fading import Fading
from spottypottysense.playback.use_cases.launching import Launch, content_of, first_receipt, speaker_of
from spottypottysense.playback.use_cases.leaving import Leaving
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.playback.use_cases.sharing import Sharing
from spottypottysense.playback.use_cases.waking import Waking
from spottypottysense.reasons import Reason, sentence


class Starting:
    """Begins a room's music, and says truthfully whether it is heard."""

    def __init__(self, means: Means, waking: Waking, fading: Fading, leaving: Leaving) -> None:
        self._means = means
        self._waking = waking
        self._fading = fading
        self._leaving = leaving
        self._climbing = Climbing(means, waking)
        self._sharing = Sharing(means)

    def start(self, visit: Visit, account: str, state: PlayerState, before: Receipt | None) -> Outcome:
        """Begin the music; raises what stands in the way before anything was done.

        1. Find the speaker, and see that no other account of the room plays on it.
        2. Pause our music in another room, which this one takes the place of.
        3. Write the receipt, then play: a crash in between leaves a trace, never unknown music.
        4. Once it plays: the receipt is confirmed, the songs are shuffled, the volume rises.
        """
        wanted, content = speaker_of(visit), content_of(visit)
        now = self._means.clock.now()
        until = now + PATIENCE
        speaker = self._waking.find(account, wanted, state, until)
        self._sharing.must_be_free(visit, speaker)
        if before is not None and state.is_playing and is_ours(state, before):
            self._leaving.silence(before, state)
            state = replace(state, is_playing=False)
        launch = Launch(
            visit,
            account,
            wanted,
            content,
            since=state,
            before=before,
            until=until,
            start=self._begin_at(visit, content, state),
            speaker=speaker,
            receipt=first_receipt(visit, account, content, before, now),
        )
        return self._launch(launch)

    def _launch(self, launch: Launch) -> Outcome:
        try:
            heard = self._climbing.climb(launch)
        except SpottyError as error:
            if not launch.accepted and not isinstance(error, Unavailable):
                self._means.receipts.remove(launch.receipt)  # refused for certain: there is nothing to prove
            return Outcome(False, reason_of(error), str(error), first_note=launch.first_note)
        if heard is None:
            reason = Reason.NOT_CONFIRMED
            return Outcome(False, reason, sentence(reason), first_note=launch.first_note)
        confirmed = replace(launch.receipt, confirmed=True, item=heard.item)
        launch.receipt = self._means.receipts.save(confirmed)
        for settle in (self._order, self._adjust):
            with suppress(SpottyError):  # in the wrong order or too low it is still music, and ours to pause
                settle(launch, heard)
        self._learn_length(launch)
        return Outcome(playing=True, reason=launch.reason, first_note=launch.first_note)

    def _begin_at(self, visit: Visit, content: str, state: PlayerState) -> Start | None:
        means = self._means
        length = means.memory.lengths.length(content)
        return start_of(
            visit.wishes,
            content,
            state,
            means.memory.bookmarks.bookmark(visit.room_id),
            length.songs if length is not None else None,
            means.dice(),
            means.clock.now(),
        )

    def _order(self, launch: Launch, heard: PlayerState) -> None:
        """Shuffle, then skip, once our music is heard.

        Starting a context may reset shuffle; and a command that overtakes the start, or follows one without
        effect, would hit what a person plays.
        """
        wish, controls = launch.visit.wishes.shuffle, self._means.controls
        if heard.shuffle != wish:
            controls.set_shuffle(launch.account, launch.speaker_id, wish)
        if launch.start is not None and launch.start.skips:
            controls.skip(launch.account, launch.speaker_id)

    def _adjust(self, launch: Launch, heard: PlayerState) -> None:
        """Let the volume rise; a speaker that woke with a volume of its own is set right."""
        levels = launch.levels
        volume = heard.speaker.volume if heard.speaker is not None else None
        if len(levels) > 1:
            self._fading.rise(launch.receipt, levels[1:])
        elif levels and volume not in (None, levels[0]):
            self._means.controls.set_volume(launch.account, launch.speaker_id, levels[0])

    def _learn_length(self, launch: Launch) -> None:
        """Ask how many songs there are; a question that failed counts too, for a start can do without."""
        means, content = self._means, launch.content
        known, now = means.memory.lengths.length(content), means.clock.now()
        if not needs_length(launch.visit.wishes, content, known, now):
            return
        songs = known.songs if known is not None else None
        with suppress(SpottyError):
            songs = means.view.length(launch.account, content)
        means.memory.lengths.keep(ContentLength(content, songs, now))
