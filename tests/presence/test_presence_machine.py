"""Presence under whatever sensors, people, speakers, Spotify and power cuts do."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from memory.home import BATH_MIX, HALL_MIX, KITCHEN_MIX, NOON, PretendHome
from spottypottysense.accounts.model import Mode
from spottypottysense.errors import Unavailable
from spottypottysense.presence.model import Action, Motion, MotionEvent, Music, Session
from spottypottysense.reasons import Reason

MINUTE = timedelta(minutes=1)
LONG_AGO = NOON - timedelta(days=1000)
LATER = NOON + timedelta(days=1000)
TIMEOUT = 5 * MINUTE
OURS = {BATH_MIX, KITCHEN_MIX, HALL_MIX}
AGES = st.sampled_from([-3600, -100, 0, 0, 0, 1, 20, 59, 61, 250, 3600, 100_000]) | st.integers(0, 600)
ROOMS = st.sampled_from(["bath", "kitchen", "hall"])
BOXES = st.sampled_from(["box-1", "box-2"])


def unreachable(_: str) -> None:
    """Spotify does not answer."""
    raise Unavailable("Spotify did not answer.")


def fine(_: str) -> None:
    """Spotify answers."""


class House(RuleBasedStateMachine):
    """One house; what must hold is checked after every step."""

    @initialize()
    def move_in(self) -> None:
        """A house where nothing has happened yet."""
        self.home = PretendHome()
        self.sent: list[Motion] = []
        self.demanded: dict[str, datetime] = {}

    @rule(
        sensor=st.sampled_from(["pir", "radar", "eye", "door", "beam"]),
        event=st.sampled_from([MotionEvent.DETECTED, MotionEvent.DETECTED, MotionEvent.CLEARED]),
        age=AGES,
    )
    def motion(self, sensor: str, event: MotionEvent, age: int) -> None:
        """A sensor says something: now, late, or from the future."""
        motion = self.home.motion(sensor, event, timedelta(seconds=age))
        is_copy = any(motion.key == known.key for known in self.sent)
        now = self.home.clock.now()
        decision = self.home.core.presence.note_motion(motion)
        assert (decision.reason is Reason.DUPLICATE) is is_copy
        self.sent.append(motion)
        starts = decision.action is Action.START or decision.reason is Reason.TRY_AGAIN
        assert not (starts and now - motion.at > MINUTE)
        if decision.session is not None and decision.session.ended_at is None:
            demand = min(motion.at, now) + TIMEOUT
            before = self.demanded.get(decision.session.id, demand)
            self.demanded[decision.session.id] = max(before, demand)

    @rule(share=st.floats(0, 1))
    def replay(self, share: float) -> None:
        """Any prefix of all messages comes once more, and changes nothing."""
        before = self._stored()
        for motion in self.sent[: int(share * len(self.sent))]:
            assert self.home.core.presence.note_motion(motion).reason is Reason.DUPLICATE
        assert self._stored() == before

    @rule(seconds=st.sampled_from([1, 14, 21, 31, 130, 301, 4000, 15_000]))
    def time_passes(self, seconds: int) -> None:
        """The clock goes on; the ticker looks."""
        self.home.clock.advance(timedelta(seconds=seconds))
        self.home.core.presence.tick()
        now = self.home.clock.now()
        assert all(session.deadline_at > now for session in self.home.sessions.open())

    @rule(room=ROOMS, takes_over=st.booleans())
    def play_by_hand(self, room: str, takes_over: bool) -> None:
        """Somebody asks for music."""
        demand = self.home.clock.now() + TIMEOUT
        session = self.home.core.by_hand.play(room, takes_over).session
        assert session is not None
        self.demanded[session.id] = max(self.demanded.get(session.id, demand), demand)

    @rule(room=ROOMS)
    def stop_by_hand(self, room: str) -> None:
        """Somebody asks for silence."""
        self.home.core.by_hand.stop(room)

    @rule(mode=st.sampled_from(Mode))
    def switch(self, mode: Mode) -> None:
        """Somebody leaves the house, has guests, or comes home."""
        self.home.core.by_hand.switch("home", mode)

    @rule()
    def mend(self) -> None:
        """The ticker mends."""
        self.home.core.presence.mend()

    @rule()
    def hold_the_lanes(self) -> None:
        """Spotify is slow: music is asked for, and nothing comes of it yet."""
        self.home.lanes.held = True

    @precondition(lambda self: self.home.lanes.held)
    @rule()
    def run_the_lanes(self) -> None:
        """The lanes catch up."""
        self.home.lanes.run()
        self.home.lanes.held = False

    @rule()
    def restart(self) -> None:
        """The power goes and comes back."""
        self.home.restart()

    @rule(box=BOXES, content=st.sampled_from(["theirs", BATH_MIX]))
    def person_plays(self, box: str, content: str) -> None:
        """Somebody plays music of their own; on the kitchen's speaker it may be the bath's mix."""
        if box not in self.home.player.asleep and (content == "theirs" or box == "box-2"):
            self.home.player.person_plays("anna", box, content)

    @rule()
    def person_pauses(self) -> None:
        """Somebody presses pause."""
        self.home.player.person_pauses("anna")

    @rule(box=BOXES, asleep=st.booleans())
    def speaker(self, box: str, asleep: bool) -> None:
        """A speaker falls asleep or wakes up, cold."""
        if asleep:
            self.home.player.fall_asleep(box)
        elif box in self.home.player.asleep:
            self.home.player.asleep.discard(box)
            self.home.player.cold.add(box)

    @rule(before=st.sampled_from([unreachable, fine]), after=st.sampled_from([unreachable, fine]))
    def spotify(self, before: object, after: object) -> None:
        """Spotify goes away, with the question or with the answer, or comes back."""
        self.home.player.before = unreachable if before is unreachable else fine
        self.home.player.after = unreachable if after is unreachable else fine

    @invariant()
    def one_open_visit_a_room(self) -> None:
        """At most one session per room is open."""
        rooms = Counter(session.room_id for session in self.home.sessions.open())
        assert all(count == 1 for count in rooms.values())

    @invariant()
    def deadlines_hold(self) -> None:
        """A deadline is never before what was heard demands, and never out of sight."""
        now = self.home.clock.now()
        for session in self.home.sessions.open():
            assert session.deadline_at >= self.demanded[session.id]
            assert session.deadline_at <= now + timedelta(hours=4)

    @invariant()
    def one_row_a_motion(self) -> None:
        """Every message has exactly one row in the journal, however many copies came."""
        rows = Counter(entry.key for entry in self.home.journal.recent(None, 10_000))
        assert all(rows[motion.key] == 1 for motion in self.sent)

    @invariant()
    def hands_off(self) -> None:
        """No pause has hit what a person played."""
        assert all(heard.we and heard.content in OURS for heard in self.home.player.paused)

    def teardown(self) -> None:
        """When all is well again and everybody is gone, nothing is open and nothing of ours plays."""
        if not hasattr(self, "home"):
            return
        home = self.home
        home.player.before = home.player.after = fine
        home.restart()
        home.clock.advance(timedelta(hours=5))
        home.core.presence.tick()
        home.core.presence.mend()
        assert home.sessions.open() == ()
        assert home.stores.receipts.receipts() == ()
        playing = home.player.playing.get("anna")
        assert playing is None or not (playing.we and playing.on)

    def _stored(self) -> tuple[tuple[Session, ...], int, list[Music]]:
        everything = self.home.stores.session_log.sessions("home", LONG_AGO, LATER, 10_000)
        return everything, len(self.home.journal.recent(None, 10_000)), [s.music for s in everything]


TestHouse = House.TestCase
TestHouse.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
