"""Access tokens: what a script shows instead of a password."""

from contextlib import suppress
from datetime import timedelta

from spottypottysense import ids
from spottypottysense.access.model import AccessToken, Act, Caller, Scope
from spottypottysense.access.policy.allowing import caller_with_token, checked_scopes, require_sign_in
from spottypottysense.access.policy.lifetimes import has_ended, needs_noting
from spottypottysense.access.policy.showing import LONGEST_NAME, TOKEN_PREFIX, digest_of, is_token, line
from spottypottysense.access.ports import AccessTokens
from spottypottysense.access.use_cases.audit import Audit
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NotSignedIn, Unavailable
from spottypottysense.secret import Secret

MOST_TOKENS = 50
_LONGEST_LIFE = timedelta(days=3650)


class Tokens:
    """Makes access tokens, knows them again and revokes them."""

    def __init__(self, tokens: AccessTokens, audit: Audit, clock: Clock) -> None:
        self._tokens = tokens
        self._audit = audit
        self._clock = clock

    def make(
        self, caller: Caller, name: str, scopes: frozenset[Scope], life: timedelta | None, address: str
    ) -> tuple[Secret, AccessToken]:
        """Return the secret, which is shown this once, and what is kept; `life` None never ends.

        Raises `Invalid` for name, scopes or life, `NotAllowed` for scopes beyond the caller's role or a
        caller who came by a token, `Conflict` beyond 50 tokens.
        """
        require_sign_in(caller)
        name = line(name, LONGEST_NAME)
        if not name:
            raise Invalid("A token needs a name that tells what it is for.", field="name")
        if life is not None and not timedelta(0) < life <= _LONGEST_LIFE:
            raise Invalid("A token lives for up to 3650 days, or for ever.", field="expiresAt")
        checked = checked_scopes(scopes, caller.role)
        if len(self._tokens.of(caller.user_id)) >= MOST_TOKENS:
            raise Conflict(f"You have {MOST_TOKENS} tokens: revoke one that nothing uses any more.")
        now, secret = self._clock.now(), ids.new_secret(TOKEN_PREFIX)
        ends = None if life is None else now + life
        token = AccessToken(ids.new_id("token"), caller.user_id, name, digest_of(secret), checked, now, ends)
        self._tokens.add(token)
        self._audit.record(caller, Act.TOKEN_MADE, name, address)
        return secret, token

    def caller_of_token(self, secret: Secret) -> Caller:
        """Return whose token it is: one read, and at most once a minute a write; raises `NotSignedIn`."""
        found = self._tokens.token(digest_of(secret)) if is_token(secret) else None
        now = self._clock.now()
        if found is None or has_ended(found[0], now) or not found[1].active:
            raise NotSignedIn("This access token is wrong, too old or revoked: make a new one.")
        token, user = found
        if needs_noting(token.used_at, now):
            with suppress(Unavailable):  # a full disk keeps nobody from looking
                self._tokens.used(token.id, now)
        return caller_with_token(user, token)

    def tokens(self, user_id: str) -> tuple[AccessToken, ...]:
        """Return a user's tokens, newest first, with those that have ended."""
        return self._tokens.of(user_id)

    def revoke(self, caller: Caller, token_id: str, address: str) -> None:
        """End one of the caller's tokens at once; raises `NotFound` or `NotAllowed`."""
        require_sign_in(caller)
        token = self._tokens.revoke(caller.user_id, token_id)
        self._audit.record(caller, Act.TOKEN_REVOKED, token.name, address)
