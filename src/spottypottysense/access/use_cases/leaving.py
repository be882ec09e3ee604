"""People leave a household: from then on they come in by no way any more."""

from contextlib import suppress

from spottypottysense.access.model import Act, Caller
from spottypottysense.access.ports import AccessStores
from spottypottysense.access.use_cases.audit import Audit
from spottypottysense.accounts.model import User
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.errors import NotFound


class Leaving:
    """Lets an owner switch off a user of the household, and ends all by which that user came in."""

    def __init__(self, stores: AccessStores, accounts: Accounts, audit: Audit) -> None:
        self._sign_ins = stores.sign_ins
        self._tokens = stores.tokens
        self._accounts = accounts
        self._audit = audit

    def deactivate(self, caller: Caller, user_id: str, address: str) -> User:
        """Switch the user off, then end sign-ins and tokens.

        Raises `NotFound` for whoever is not of the caller's household, `Conflict` for its last owner.
        """
        user = self._accounts.deactivate(caller.household_id, user_id)
        self._sign_ins.end_all(user.id)
        for token in self._tokens.of(user.id):
            with suppress(NotFound):  # revoked a moment ago
                self._tokens.revoke(user.id, token.id)
        self._audit.record(caller, Act.REMOVED, user.email, address)
        return user
