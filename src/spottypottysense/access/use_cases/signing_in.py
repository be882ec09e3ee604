"""The desk where people sign in and out, and where a cookie tells who comes."""

from contextlib import suppress
from dataclasses import replace

from spottypottysense import ids
from spottypottysense.access.model import Act, Caller, Login, Password, SignIn
from spottypottysense.access.policy.allowing import caller_signed_in, require_sign_in
from spottypottysense.access.policy.lifetimes import has_ended, needs_noting, sign_in_end
from spottypottysense.access.policy.showing import (
    LONGEST_EMAIL,
    checked_password,
    digest_of,
    is_secret,
    line,
    typed,
)
from spottypottysense.access.ports import Passwords, SignIns
from spottypottysense.access.use_cases.audit import Audit
from spottypottysense.access.use_cases.hashing import Hashing
from spottypottysense.access.use_cases.throttle import Throttle
from spottypottysense.accounts.model import User
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NotFound, NotSignedIn, Unavailable
from spottypottysense.secret import Secret

_LONGEST_AGENT = 200


class SignInDesk:
    """Signs people in by password, and knows them again by what their cookie holds."""

    def __init__(
        self,
        passwords: Passwords,
        sign_ins: SignIns,
        hashing: Hashing,
        throttle: Throttle,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._passwords = passwords
        self._sign_ins = sign_ins
        self._hashing = hashing
        self._throttle = throttle
        self._audit = audit
        self._clock = clock

    def sign_in(self, email: str, password: Secret, address: str, agent: str = "") -> tuple[Secret, Caller]:
        """Return what the cookie is to hold, and who came in.

        1. Whoever guesses too fast is sent away before anything is hashed. 2. The password is compared; where
        nobody has this e-mail or the user is switched off, it takes as long and the sentence is the same.
        3. A password that was hashed with other costs is hashed anew. Raises `NotSignedIn`, or
        `Unavailable(TOO_MANY_TRIES)`.
        """
        email = line(email, LONGEST_EMAIL)
        login = self._passwords.by_email(email)
        kept = self._proven(login, email, password, address)
        if login is None or kept is None or not login.user.active:
            user = login.user if login else None
            self._audit.record_of(user, Act.REFUSED, user.email if user else "", address)
            raise _wrong()
        self._throttle.succeed(address, email)
        shown = self.let_in(login.user, self._rehashed(kept, password), agent)
        self._audit.record_of(login.user, Act.SIGNED_IN, agent, address)
        return shown

    def let_in(self, user: User, password: Password, agent: str) -> tuple[Secret, Caller]:
        """Make a sign-in for whoever has proved the password; raises `NotSignedIn` if it is no longer his."""
        now, cookie = self._clock.now(), ids.new_secret()
        agent = line(agent, _LONGEST_AGENT)
        sign_in = SignIn(digest_of(cookie), user.id, now, now, sign_in_end(now, now), agent)
        self._sign_ins.add(sign_in)
        # Whoever sets a password ends the sign-ins that there are; this one may have come a moment too late.
        login = self._passwords.by_user(user.id)
        if login is None or login.password is None or login.password.changed_at != password.changed_at:
            self._sign_ins.end(user.id, sign_in.digest)
            raise _wrong()
        return cookie, caller_signed_in(user, sign_in)

    def caller_of_cookie(self, cookie: Secret) -> Caller:
        """Return whose cookie it is: one read, and at most once a minute a write; raises `NotSignedIn`."""
        found = self._sign_ins.sign_in(digest_of(cookie)) if is_secret(cookie) else None
        now = self._clock.now()
        if found is None or has_ended(found[0], now) or not found[1].active:
            raise NotSignedIn("You are not signed in (any more): sign in.")
        sign_in, user = found
        if needs_noting(sign_in.seen_at, now):
            with suppress(Unavailable):  # a full disk keeps nobody from looking
                self._sign_ins.seen(sign_in.digest, now, sign_in_end(sign_in.created_at, now))
        return caller_signed_in(user, sign_in)

    def sign_ins(self, user_id: str) -> tuple[SignIn, ...]:
        """Return where a user is signed in, newest first; the caller's own has the digest `Caller.key`."""
        now = self._clock.now()
        return tuple(sign_in for sign_in in self._sign_ins.of(user_id) if not has_ended(sign_in, now))

    def sign_out(self, caller: Caller, address: str, digest: str | None = None) -> None:
        """End the caller's sign-in, or another one of the same user; raises `NotFound` or `NotAllowed`."""
        require_sign_in(caller)
        if not self._sign_ins.end(caller.user_id, digest or caller.key):
            raise NotFound("sign-in", "", "This sign-in has ended already.")
        self._audit.record(caller, Act.SIGNED_OUT, address=address)

    def sign_out_everywhere(self, caller: Caller, address: str) -> int:
        """End all sign-ins of the caller, this one too; return how many; access tokens stay."""
        require_sign_in(caller)
        ended = self._sign_ins.end_all(caller.user_id)
        self._audit.record(caller, Act.SIGNED_OUT_EVERYWHERE, address=address)
        return ended

    def set_password(self, caller: Caller, old: Secret, new: Secret, address: str) -> None:
        """Change the caller's password and end his other sign-ins; access tokens stay.

        Raises `Invalid` if the old one is wrong (`oldPassword`) or the new one is no good (`password`),
        `Unavailable` as `sign_in` does, `Conflict` if it was changed meanwhile.
        """
        require_sign_in(caller)
        checked = checked_password(new)
        kept = self._required(caller, old, "oldPassword", address)
        changed = Password(caller.user_id, self._hashing.hashed(checked), self._clock.now())
        if not self._passwords.replace(kept, changed):
            raise Conflict("Your password was changed meanwhile: sign in with the new one.")
        self._sign_ins.end_all(caller.user_id, but=caller.key)
        self._audit.record(caller, Act.PASSWORD_SET, address=address)

    def prove(self, caller: Caller, password: Secret, address: str) -> None:
        """Ask for the caller's password once more, before what cannot be undone.

        Raises `Invalid` if it is wrong (`password`), `NotAllowed` for an access token, `Unavailable` as
        `sign_in` does.
        """
        require_sign_in(caller)
        self._required(caller, password, "password", address)

    def _required(self, caller: Caller, password: Secret, field: str, address: str) -> Password:
        """Return what is kept of the caller's password if it is this one."""
        login = self._passwords.by_user(caller.user_id)
        email = login.user.email if login else ""
        kept = self._proven(login, email, password, address)
        if kept is None:
            self._audit.record(caller, Act.REFUSED, email, address)
            what = "old password" if field == "oldPassword" else "password"
            raise Invalid(f"The {what} is wrong: try again.", field=field)
        self._throttle.succeed(address, email)
        return kept

    def _proven(self, login: Login | None, email: str, password: Secret, address: str) -> Password | None:
        """Return the password that is kept if it is this one; raises `Unavailable(TOO_MANY_TRIES)`."""
        kept = login.password if login else None
        self._throttle.begin(address, email)
        try:
            fits = self._hashing.matches(kept, typed(password))
        except BaseException:
            self._throttle.undo(address, email)
            raise
        return kept if fits else None

    def _rehashed(self, kept: Password, password: Secret) -> Password:
        if self._hashing.is_outdated(kept):
            with suppress(Unavailable):  # next time, then
                self._passwords.replace(kept, replace(kept, hashed=self._hashing.hashed(typed(password))))
        return kept


def _wrong() -> NotSignedIn:
    return NotSignedIn("E-mail address or password are wrong: try again, or ask for a new link.")
