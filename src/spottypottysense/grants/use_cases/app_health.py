"""How each client app fares at the token endpoint, as this process sees it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from spottypottysense.errors import NeedsPerson, Unavailable
from spottypottysense.grants.model import AppHealth
from spottypottysense.grants.policy import APP_PAUSE, CANARIES, health_after, held_back
from spottypottysense.grants.ports import GrantWatch
from spottypottysense.reasons import Reason, sentence

_log = logging.getLogger("spotty.grants")


def tell(news: Callable[[], None]) -> None:
    """Pass on news for a person; a notice that cannot be kept or sent must not cost a token."""
    try:
        news()
    except Exception:
        _log.exception("a person could not be told")


class AppWatch:
    """Keeps the health of apps, and tells `watch` when one fails as a whole and when it works again."""

    def __init__(self, watch: GrantWatch) -> None:
        self._watch = watch
        self._health: dict[str, AppHealth] = {}
        self._canaries: dict[str, set[str]] = {}
        self._guard = threading.Lock()

    def admit(self, client_id: str, now: datetime) -> None:
        """Return if the endpoint may be asked now.

        Raises `NeedsPerson(APP_MISCONFIGURED)` or `Unavailable` while the app is left alone, without a
        call or a write.
        """
        health = self._of(client_id)
        reason = held_back(health, now)
        if reason is Reason.APP_MISCONFIGURED:
            raise NeedsPerson(reason)
        if reason is not None:
            left = health.resume_at - now if health.resume_at else None
            raise Unavailable(sentence(reason), left, reason)

    def is_braked(self, client_id: str) -> bool:
        """Say whether so many users were refused that nobody is believed to be gone."""
        return self._of(client_id).braked

    def begin_pass(self) -> None:
        """Let a braked app test a few grants again."""
        with self._guard:
            self._canaries.clear()

    def take_turn(self, client_id: str, user_id: str) -> bool:
        """Say whether a pass may refresh this grant; an app in trouble sends a few, as canaries."""
        with self._guard:
            health = self._health.get(client_id, AppHealth())
            if not health.braked and health.held_back is not Reason.APP_MISCONFIGURED:
                return True
            canaries = self._canaries.setdefault(client_id, set())
            if len(canaries) < CANARIES:
                canaries.add(user_id)
            return user_id in canaries

    def answered(self, client_id: str, now: datetime, *, refused: bool) -> bool:
        """Note an answer about one user; return whether the app is braked from here on."""
        with self._guard:
            before = self._health.get(client_id, AppHealth())
            after = self._health[client_id] = health_after(before, now, refused=refused)
        if after.braked and not before.braked:
            tell(lambda: self._watch.app_fails(client_id, Reason.MASS_REFUSALS))
        was_refused = before.braked or before.held_back is Reason.APP_MISCONFIGURED
        if not refused and (was_refused or not before.answers):
            tell(lambda: self._watch.app_works(client_id))
        return after.braked

    def app_refused(self, client_id: str, now: datetime) -> None:
        """Note that Spotify does not accept the app itself: leave it alone for a while."""
        self._hold(client_id, now + APP_PAUSE, Reason.APP_MISCONFIGURED)
        tell(lambda: self._watch.app_fails(client_id, Reason.APP_MISCONFIGURED))

    def pushed_back(self, client_id: str, now: datetime, wait: timedelta, reason: Reason) -> None:
        """Note that Spotify asked this app to wait."""
        self._hold(client_id, now + wait, reason)

    def _hold(self, client_id: str, until: datetime, reason: Reason) -> None:
        with self._guard:
            health = self._health.get(client_id, AppHealth())
            if health.resume_at is None or health.resume_at < until:
                self._health[client_id] = replace(health, resume_at=until, held_back=reason)

    def _of(self, client_id: str) -> AppHealth:
        with self._guard:
            return self._health.get(client_id, AppHealth())
