"""A door to try: two households, a clock to turn, and a hash that counts."""

from datetime import UTC, datetime

from memory.access import PretendHasher, memory_access
from memory.house import MemoryAccounts
from spottypottysense.access.model import Act, AuditEntry, Caller, Newcomer, Password
from spottypottysense.access.ports import AccessStores
from spottypottysense.access.use_cases import Access
from spottypottysense.accounts.model import Household, Role, User
from spottypottysense.accounts.ports import AccountStore
from spottypottysense.accounts.use_cases import Accounts
from spottypottysense.clock import ManualClock
from spottypottysense.secret import Secret

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = "192.0.2.1"
ELSEWHERE = "198.51.100.7"
ANNAS = Secret("annas long password")
BENS = Secret("bens long password")
CARLS = Secret("carls long password")
WRONG = Secret("a guess, and wrong")


def newcomer(email: str = "carl@example.org", password: Secret = CARLS) -> Newcomer:
    """Return somebody new."""
    return Newcomer(password, email, "Carl", "Europe/Berlin")


class Door:
    """Anna owns `home`, where Ben is a member; both have passwords. Nobody of `away` has one."""

    def __init__(
        self, accounts: AccountStore | None = None, stores: AccessStores | None = None, furnish: bool = True
    ) -> None:
        self.clock = ManualClock(NOON)
        self.hasher = PretendHasher()
        self.accounts = accounts or MemoryAccounts()
        self.stores = stores or memory_access(self.accounts)
        self.access = Access.over(self.stores, Accounts(self.accounts, self.clock), self.hasher, self.clock)
        if furnish:
            self._furnish()

    def user(self, user_id: str) -> User:
        """Return a user as he is now."""
        login = self.stores.passwords.by_user(user_id)
        assert login is not None
        return login.user

    def enter(self, email: str = "anna@example.org", password: Secret = ANNAS, address: str = HOME) -> Caller:
        """Sign in and return who came in."""
        return self.access.desk.sign_in(email, password, address)[1]

    def trail(self) -> list[tuple[Act, str | None, str, str]]:
        """Return what was done, by whom, to what and from where, oldest first."""
        entries: tuple[AuditEntry, ...] = self.access.audit.entries(None, limit=100_000)
        return [(each.act, each.user_id, each.subject, each.address) for each in reversed(entries)]

    def _furnish(self) -> None:
        self.accounts.save_household(Household("home", "Home"))
        self.accounts.save_household(Household("away", "Away"))
        self.accounts.save_user(User("anna", "home", "anna@example.org", "Anna"))
        self.accounts.save_user(User("ben", "home", "ben@example.org", "Ben", Role.MEMBER))
        self.accounts.save_user(User("dora", "away", "dora@example.org"))
        for user_id, password in (("anna", ANNAS), ("ben", BENS)):
            self.stores.passwords.save(Password(user_id, self.hasher.hashed(password), NOON))
        self.hasher.hashes = 0
