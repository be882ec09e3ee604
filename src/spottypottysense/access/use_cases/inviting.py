"""Links that let somebody in once: the first owner, another member, whoever lost the password."""

import threading

from spottypottysense import ids
from spottypottysense.access.model import (
    Act,
    Caller,
    Invitation,
    Newcomer,
    Password,
    Purpose,
    Scope,
)
from spottypottysense.access.policy.allowing import require_scope, require_sign_in
from spottypottysense.access.policy.lifetimes import has_ended, invitation_end
from spottypottysense.access.policy.showing import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    checked_password,
    digest_of,
    is_secret,
    line,
)
from spottypottysense.access.ports import AccessStores
from spottypottysense.access.use_cases.audit import Audit
from spottypottysense.access.use_cases.hashing import Hashing
from spottypottysense.access.use_cases.signing_in import SignInDesk
from spottypottysense.accounts.model import Role, User
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NotFound, SpottyError
from spottypottysense.secret import Secret

_FIRST_HOME = "Home"


class Invitations:
    """Makes links and lets in whoever comes with one."""

    def __init__(
        self,
        stores: AccessStores,
        accounts: Accounts,
        hashing: Hashing,
        desk: SignInDesk,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._open = stores.invitations
        self._passwords = stores.passwords
        self._sign_ins = stores.sign_ins
        self._accounts = accounts
        self._hashing = hashing
        self._desk = desk
        self._audit = audit
        self._clock = clock
        self._setting_up = threading.Lock()

    def is_set_up(self) -> bool:
        """Say whether anybody has a password, so that there is somebody to ask for more."""
        return not self._passwords.are_none()

    def set_up_link(self, address: str) -> tuple[Secret, Invitation]:
        """Return a link for the first owner, for an hour; raises `Conflict` once somebody has a password."""
        if self.is_set_up():
            message = "This house is set up: sign in, or get a new password with `spotty user reset EMAIL`."
            raise Conflict(message)
        made = self._made(Purpose.SET_UP)
        self._audit.record_at_machine(None, Act.INVITED, Purpose.SET_UP, address)
        return made

    def invite(self, caller: Caller, role: Role, address: str) -> tuple[Secret, Invitation]:
        """Return a link for a new person of the caller's household, for a week; raises `NotAllowed`."""
        require_sign_in(caller)
        require_scope(caller, Scope.MANAGE)
        made = self._made(Purpose.JOIN, caller.household_id, role=role)
        self._audit.record(caller, Act.INVITED, role, address)
        return made

    def reset_link(self, user_id: str, address: str) -> tuple[Secret, Invitation]:
        """Return a link to a new password, for an hour: for the operator; raises `NotFound` or `Conflict`."""
        login = self._passwords.by_user(user_id)
        if login is None:
            raise NotFound("user", user_id)
        user = login.user
        if not user.active:
            raise Conflict(f"{user.email} is switched off, so that a new password would let nobody in.")
        made = self._made(Purpose.RESET, user.household_id, user.id, user.role)
        self._audit.record_at_machine(user.household_id, Act.INVITED, f"reset {user.email}", address)
        return made

    def look(self, secret: Secret) -> Invitation:
        """Return what a link is for, without using it up; raises `NotFound` if it works no more."""
        found = self._open.look(digest_of(secret)) if is_secret(secret) else None
        if found is None or has_ended(found, self._clock.now()):
            raise _gone()
        if found.purpose is Purpose.SET_UP and self.is_set_up():
            raise _gone()
        return found

    def accept(
        self, secret: Secret, newcomer: Newcomer, address: str, agent: str = ""
    ) -> tuple[Secret, Caller]:
        """Use the link up; return what the cookie is to hold, and who came in.

        Of many who use one link at a time, one comes in. What somebody typed wrongly leaves the link as it
        was. Raises `NotFound` for a link that works no more, `Invalid`, `Conflict` for an e-mail address that
        somebody has, `Unavailable(TOO_MANY_TRIES)`.
        """
        purpose = self.look(secret).purpose
        hashed = self._hashing.hashed(checked_password(newcomer.password))
        if purpose is not Purpose.SET_UP:
            return self._enter(secret, newcomer, hashed, address, agent)
        with self._setting_up:  # there may be two such links, and only one first owner
            self.look(secret)
            return self._enter(secret, newcomer, hashed, address, agent)

    def _enter(
        self, secret: Secret, newcomer: Newcomer, hashed: str, address: str, agent: str
    ) -> tuple[Secret, Caller]:
        now = self._clock.now()
        invitation = self._open.take(digest_of(secret))
        if invitation is None:
            raise _gone()
        try:
            user = self._user_of(invitation, newcomer)
        except SpottyError:
            self._open.add(invitation, now)
            raise
        password = Password(user.id, hashed, now)
        self._passwords.save(password)
        self._sign_ins.end_all(user.id)
        act = Act.PASSWORD_SET if invitation.purpose is Purpose.RESET else Act.JOINED
        self._audit.record_of(user, act, user.email, address)
        return self._desk.let_in(user, password, agent)

    def _user_of(self, invitation: Invitation, newcomer: Newcomer) -> User:
        """Return the user that the invitation is for, made if need be."""
        if invitation.user_id is not None:
            login = self._passwords.by_user(invitation.user_id)
            if login is None or not login.user.active:
                raise _gone()
            return login.user
        email, name = line(newcomer.email, LONGEST_EMAIL), line(newcomer.name, LONGEST_NAME)
        login = self._passwords.by_email(email)
        if invitation.household_id is None:
            return self._first_owner(login.user if login else None, email, name, newcomer.time_zone)
        if login is not None:
            raise Conflict("Somebody has this e-mail address already: sign in, or take another one.")
        return self._accounts.add_member(invitation.household_id, email, name, invitation.role)

    def _first_owner(self, known: User | None, email: str, name: str, time_zone: str) -> User:
        """Return the user of this e-mail address, else a new one, in the only household or one of his own."""
        if known is not None:
            if not known.active:
                raise Conflict("This person is switched off: take another e-mail address.")
            changes = {"role": Role.OWNER, "name": name or known.name}
            return self._accounts.change_user(known.household_id, known.id, **changes)
        homes = self._accounts.households()
        if len(homes) == 1:
            return self._accounts.add_member(homes[0].id, email, name, Role.OWNER)
        return self._accounts.found(_FIRST_HOME, email, time_zone, name)[1]

    def _made(
        self,
        purpose: Purpose,
        household_id: str | None = None,
        user_id: str | None = None,
        role: Role = Role.OWNER,
    ) -> tuple[Secret, Invitation]:
        now, secret = self._clock.now(), ids.new_secret()
        ends = invitation_end(purpose, now)
        invitation = Invitation(digest_of(secret), purpose, ends, household_id, user_id, role)
        self._open.add(invitation, now)
        return secret, invitation


def _gone() -> NotFound:
    return NotFound("invitation", "", "This link was used already or is too old: ask for a new one.")
