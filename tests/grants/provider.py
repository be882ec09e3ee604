"""A pretend token endpoint with a memory: who may refresh with what, in which weather."""

# ruff: noqa: ARG002  a stand-in is handed what its port says, and needs less

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from spottypottysense.clock import Clock
from spottypottysense.errors import NeedsPerson
from spottypottysense.grants.model import ClientApp, PendingConsent, Secret, TokenReply
from spottypottysense.grants.policy import SCOPES, consent_ends
from spottypottysense.reasons import Reason

HOUR = timedelta(hours=1)


@dataclass
class Account:
    """A person at the provider; `old` are rotated refresh tokens and until when each is taken."""

    refresh_token: str
    consented_at: datetime
    revoked: bool = False
    old: dict[str, datetime] = field(default_factory=dict)


class Provider:
    """The `TokenEndpoint`. Refresh tokens read `r/USER/N`, access tokens `a/USER/N`.

    `weather` may raise instead of an answer; `step` hears of "arrived" and "carried out" and may raise too.
    `grace` None revokes a rotated token at once; `repeats` is an access token to give again.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        self.access_tokens: dict[str, datetime] = {}
        self.rotates = False
        self.grace: timedelta | None = None
        self.life = HOUR
        self.scope = SCOPES
        self.repeats = ""
        self.forgets_refresh_token = False
        self.weather: Callable[[str], None] = lambda _: None
        self.step: Callable[[str], None] = lambda _: None
        self.asked: Counter[str] = Counter()
        self.asked_last = ""
        self.most_at_once = 0
        self._under_way: Counter[str] = Counter()
        self._number = 0
        self._lock = threading.Lock()

    def exchange(self, app: ClientApp, code: str, redirect_uri: str, verifier: str | None) -> TokenReply:
        """Trade the code `code of USER`: a new consent."""
        user_id = code.removeprefix("code of ")
        self.weather(user_id)
        with self._lock:
            account = Account(self._text("r", user_id), self.clock.now())
            self.accounts[user_id] = account
            return self._reply(user_id, None if self.forgets_refresh_token else account.refresh_token)

    def refresh(self, app: ClientApp, refresh_token: Secret) -> TokenReply:
        """Give a fresh access token, and with rotation a fresh refresh token."""
        shown = refresh_token.reveal()
        user_id = shown.split("/")[1]
        with self._lock:
            self.asked[user_id] += 1
            self.asked_last = user_id
            self._under_way[user_id] += 1
            self.most_at_once = max(self.most_at_once, self._under_way[user_id])
        try:
            self.step("arrived")
            self.weather(user_id)
            reply = self._carried_out(user_id, shown)
            self.step("carried out")
            return reply
        finally:
            with self._lock:
                self._under_way[user_id] -= 1

    def account_of(self, app: ClientApp, access_token: Secret) -> str:
        """Name the account after the user."""
        return f"account of {access_token.reveal().split('/')[1]}"

    def consent_url(self, app: ClientApp, pending: PendingConsent, *, choose_account: bool) -> str:
        """Return an address that tells what it was made of."""
        return f"https://pretend/{app.client_id}?state={pending.state}&choose={choose_account}"

    def opens(self, access_token: Secret) -> bool:
        """Say whether the access token opens doors now."""
        return self.clock.now() < self.access_tokens[access_token.reveal()]

    def may_refresh(self, user_id: str) -> bool:
        """Say whether this user has not taken back what was consented to."""
        account = self.accounts[user_id]
        return not account.revoked and self.clock.now() < consent_ends(account.consented_at)

    def _carried_out(self, user_id: str, shown: str) -> TokenReply:
        with self._lock:
            account, now = self.accounts[user_id], self.clock.now()
            known = shown == account.refresh_token or now < account.old.get(shown, now)
            if not known or not self.may_refresh(user_id):
                raise NeedsPerson(Reason.RECONNECT)
            if not self.rotates:
                return self._reply(user_id, None)
            if self.grace is None:
                account.old.clear()
            else:
                account.old[account.refresh_token] = now + self.grace
            account.refresh_token = self._text("r", user_id)
            return self._reply(user_id, account.refresh_token)

    def _reply(self, user_id: str, refresh_token: str | None) -> TokenReply:
        access_token = self.repeats or self._text("a", user_id)
        self.access_tokens[access_token] = self.clock.now() + self.life
        rotated = Secret(refresh_token) if refresh_token is not None else None
        return TokenReply(Secret(access_token), rotated, self.life, self.scope)

    def _text(self, kind: str, user_id: str) -> str:
        self._number += 1
        return f"{kind}/{user_id}/{self._number}"
