"""Whatever people, Spotify, crashes and time do: every token handed out opens doors, and nobody is lost."""

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from grants.desk import APP_BROKEN, AWAY, REFUSED, SLOW_DOWN, Desk
from spottypottysense.errors import NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import GrantState

USERS = ("anna", "ben", "cleo", "dan", "eve")
MINUTE = timedelta(minutes=1)
LONGEST_FALSE_REFUSAL = 10 * MINUTE
STORMS: dict[str, SpottyError] = {
    "false refusals": REFUSED,
    "silence": AWAY,
    "rate limit": SLOW_DOWN,
    "broken app": APP_BROKEN,
}
who = st.sampled_from(USERS)


class Killed(BaseException):
    """Ends a process where it stands."""


class GrantsMachine(RuleBasedStateMachine):
    """Five users of one app, a ticker that runs every minute, and all that can happen to them.

    `lost` are those whom a crash may cost their grant: it swallowed a rotated token, or false refusals for
    everybody met the attempt that it left behind.
    """

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.desk.roll = 0.5
        self.storm = ""
        self.calm_since = self.desk.clock.now() - timedelta(days=1)
        self.storm_since = self.stormy_until = self.calm_since
        self.lost: set[str] = set()
        self.asked_at_death: dict[str, int] = {}

    @initialize(rotates=st.booleans(), forgives=st.booleans())
    def begin(self, rotates: bool, forgives: bool) -> None:
        """Connect everybody; the provider rotates or not, and forgives the token before or not."""
        self.desk.provider.rotates = rotates
        self.desk.provider.grace = timedelta(days=1) if forgives else None
        for user_id in USERS:
            self.desk.connect(user_id)
            self.desk.later(1)

    @rule(minutes=st.sampled_from([1, 2, 5, 15, 50]))
    def pass_time(self, minutes: int) -> None:
        """Let time pass, with the ticker; false refusals for everybody end after ten minutes."""
        for _ in range(minutes):
            if self.storm == "false refusals" and self._now() - self.storm_since >= LONGEST_FALSE_REFUSAL:
                self.clear_up()
            self.desk.tick(1)

    @rule(user_id=who, was_refused=st.booleans())
    def ask(self, user_id: str, was_refused: bool) -> None:
        """Ask for a token, perhaps with one that was refused; what is handed out opens doors."""
        refused = self.desk.store.grant(user_id).access_token if was_refused else None
        try:
            self.desk.token(user_id, refused)
        except (NeedsPerson, Unavailable):
            assert self._in_trouble(user_id)
        else:
            assert not self._is_dead(user_id)

    @precondition(lambda self: not self.storm)
    @rule(storm=st.sampled_from(sorted(STORMS)))
    def raise_storm(self, storm: str) -> None:
        """Let Spotify have a bad hour; false refusals come an hour apart."""
        if storm == "false refusals" and self._now() - self.calm_since < timedelta(hours=1):
            return
        if storm == "false refusals":
            self.lost |= {user_id for user_id in USERS if self.desk.store.grant(user_id).attempt is not None}
        self.storm, self.storm_since = storm, self._now()
        self.desk.storm(STORMS[storm])

    @rule()
    def clear_up(self) -> None:
        """Let Spotify answer again."""
        if self.storm == "false refusals":
            self.calm_since = self._now()
        if self.storm:
            self.stormy_until = self._now()
        self.storm = ""
        self.desk.storm(None)

    @rule(user_id=who)
    def revoke(self, user_id: str) -> None:
        """Let a user take the consent back at Spotify."""
        self.desk.provider.accounts[user_id].revoked = True

    @rule(user_id=who, step=st.sampled_from(["arrived", "carried out"]))
    def crash(self, user_id: str, step: str) -> None:
        """Kill the process while Spotify is asked about a user; the next one starts at once."""

        def kill(name: str) -> None:
            if name == step:
                raise Killed

        self.desk.provider.step = kill
        try:
            self.desk.token(user_id, self.desk.store.grant(user_id).access_token)
        except Killed:
            swallowed = step == "carried out" and self.desk.provider.grace is None
            if self.storm == "false refusals" or (swallowed and self.desk.provider.rotates):
                self.lost.add(user_id)
        except SpottyError:
            pass
        self.desk.provider.step = lambda _: None
        self.restart()

    @rule()
    def restart(self) -> None:
        """Start a new process over the same store."""
        self.desk.grants = self.desk.another(f"process-{self._now().timestamp()}")

    @rule(user_id=who)
    def connect(self, user_id: str) -> None:
        """Let a user consent anew, in fair weather."""
        if not self.storm:
            self.desk.connect(user_id)
            self.lost.discard(user_id)
            self.asked_at_death.pop(user_id, None)

    @invariant()
    def one_caller_at_a_time(self) -> None:
        """For one grant never two calls at once."""
        assert self.desk.provider.most_at_once <= 1

    @invariant()
    def only_who_left_is_dead(self) -> None:
        """Dead is who revoked, whose consent is over, or whose new token a crash swallowed."""
        for user_id in filter(self._is_dead, self.desk.provider.accounts):
            assert not self.desk.provider.may_refresh(user_id) or user_id in self.lost
            assert user_id in {told for told, _ in self.desk.watch.died}

    @invariant()
    def the_dead_are_left_alone(self) -> None:
        """Nobody asks Spotify about a dead grant."""
        for user_id in filter(self._is_dead, self.desk.provider.accounts):
            asked = self.desk.provider.asked[user_id]
            assert self.asked_at_death.setdefault(user_id, asked) == asked

    def teardown(self) -> None:
        """In the end all work again without anybody's help, but who left or may be lost."""
        self.clear_up()
        self.desk.tick(40)
        for user_id in self.desk.provider.accounts:
            if self.desk.provider.may_refresh(user_id) and user_id not in self.lost:
                assert self.desk.token(user_id)
                grant = self.desk.store.grant(user_id)
                assert (grant.state, grant.refusals, grant.failures) == (GrantState.WORKING, 0, 0)

    def _now(self) -> datetime:
        return self.desk.clock.now()

    def _is_dead(self, user_id: str) -> bool:
        return self.desk.store.grant(user_id).state is GrantState.DEAD

    def _in_trouble(self, user_id: str) -> bool:
        """Say whether there is a reason why no token can be had at the moment."""
        lately = self._now() - self.stormy_until < timedelta(hours=1)
        return bool(self.storm) or lately or self.desk.store.grant(user_id).state is not GrantState.WORKING


TestGrants = GrantsMachine.TestCase
TestGrants.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


class LongMachine(GrantsMachine):
    """The same at length."""


TestGrantsForLong = LongMachine.TestCase
TestGrantsForLong.settings = settings(max_examples=1000, stateful_step_count=50, deadline=None)
TestGrantsForLong.pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # type: ignore[attr-defined]
