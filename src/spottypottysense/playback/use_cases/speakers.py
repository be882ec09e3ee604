"""Trying a speaker, and saying what is known of all of them."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from spottypottysense.playback.model import Outcome, Receipt, SpeakerSight, Stay, Visit, Wishes
from spottypottysense.playback.policy.finding import after_seen
from spottypottysense.playback.use_cases.leaving import Leaving, never
from spottypottysense.playback.use_cases.means import Means
from spottypottysense.playback.use_cases.starting import Starting
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning, Ending, Speaker

TEST_CEILING = 20
"""How loud a test is at most (0 to 100): enough to be heard, too little to annoy."""

TEST_TIME = timedelta(seconds=5)
"""How long a test plays."""

TEST_SESSION = "test"
"""What the receipt of a test says in place of a session."""


class Speakers:
    """What a person asks of speakers."""

    def __init__(self, means: Means, starting: Starting, leaving: Leaving) -> None:
        self._means = means
        self._starting = starting
        self._leaving = leaving

    def test(self, account: str, speaker: Speaker, content: str) -> Outcome:
        """Play quietly for some seconds; raises as reads do. `playing` says that it was heard.

        It has a receipt like all music of ours, and gives back the one that was there before.
        """
        state = self._means.view.state(account)
        if state.is_playing:
            return Outcome(playing=False, reason=Reason.OWN_MUSIC)
        now = self._means.clock.now()
        wishes = Wishes(
            speaker,
            content,
            ceiling=TEST_CEILING,
            shuffle=state.shuffle,
            beginning=Beginning.TOP,
            ending=Ending.FADE,
        )
        visit = Visit(Stay(TEST_SESSION, "", now, now), account, wishes, by_hand=True)
        before = self._means.receipts.receipt(account)
        try:
            outcome = self._starting.start(visit, account, state, before)
            self._end(account, outcome)
        finally:
            self._give_back(account, before)
        return outcome

    def all_of(self, account: str) -> tuple[SpeakerSight, ...]:
        """Return every speaker that is listed or known, by name; what is listed is remembered."""
        means = self._means
        listed = means.view.speakers(account)
        names = Counter((seen.name, seen.type) for seen in listed)
        sights = []
        for seen in listed:
            known = means.memory.speakers.known(account, Speaker(seen.name, seen.type))
            shares_name = names[seen.name, seen.type] > 1
            if not shares_name:
                known = after_seen(known, account, seen, means.clock.now())
                means.memory.speakers.keep(known)
            sights.append(SpeakerSight(seen, known, shares_name))
        unlisted = [
            SpeakerSight(None, known)
            for known in means.memory.speakers.all_of(account)
            if (known.name, known.type) not in names
        ]
        return tuple(sorted([*sights, *unlisted], key=_name))

    def _end(self, account: str, outcome: Outcome) -> None:
        receipt = self._means.receipts.receipt(account)
        if receipt is None or receipt.session_id != TEST_SESSION:
            return
        if outcome.playing:
            self._means.pause(TEST_TIME)
        self._leaving.depart(receipt, never)

    def _give_back(self, account: str, before: Receipt | None) -> None:
        """Put the earlier receipt back, unless the test could not be ended: then its own has to stay."""
        stored = self._means.receipts.receipt(account)
        if before is not None and stored is None:
            self._means.receipts.save(replace(before, version=0))


def _name(sight: SpeakerSight) -> tuple[str, str]:
    one = sight.seen or sight.known
    return (one.name, one.type) if one is not None else ("", "")
