"""Coming in: the desk that signs people in, tokens for scripts, links that work once, and the trail."""

from dataclasses import dataclass

from spottypottysense.access.ports import AccessStores, Hasher
from spottypottysense.access.use_cases.audit import Audit
from spottypottysense.access.use_cases.hashing import Hashing
from spottypottysense.access.use_cases.inviting import Invitations
from spottypottysense.access.use_cases.leaving import Leaving
from spottypottysense.access.use_cases.signing_in import SignInDesk
from spottypottysense.access.use_cases.throttle import Throttle
from spottypottysense.access.use_cases.tokens import Tokens
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import Clock


@dataclass(frozen=True)
class Access:
    """Everything about who may come in."""

    desk: SignInDesk
    tokens: Tokens
    invitations: Invitations
    leaving: Leaving
    audit: Audit

    @classmethod
    def over(cls, stores: AccessStores, accounts: Accounts, hasher: Hasher, clock: Clock) -> "Access":
        """Join the parts over what is stored; `clock` is real time."""
        audit = Audit(stores.trail, clock)
        hashing = Hashing(hasher)
        desk = SignInDesk(stores.passwords, stores.sign_ins, hashing, Throttle(clock), audit, clock)
        tokens = Tokens(stores.tokens, audit, clock)
        invitations = Invitations(stores, accounts, hashing, desk, audit, clock)
        return cls(desk, tokens, invitations, Leaving(stores, accounts, audit), audit)


__all__ = ["Access", "Audit", "Hashing", "Invitations", "Leaving", "SignInDesk", "Throttle", "Tokens"]
