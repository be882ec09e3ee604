"""What is done with people and households."""

from dataclasses import replace

from spottypottysense import ids
from spottypottysense.accounts.model import Household, Role, User
from spottypottysense.accounts.policy import checked_household, checked_user
from spottypottysense.accounts.ports import AccountStore
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, NotFound


class Accounts:
    """People and households, kept in `store`; `clock` is real time."""

    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def found(
        self, name: str, email: str, time_zone: str = "UTC", owner_name: str = ""
    ) -> tuple[Household, User]:
        """Create a household with its first owner; raises `Invalid` or `Conflict`."""
        household = checked_household(Household(ids.new_id("household"), name, time_zone))
        owner = checked_user(self._new(User(ids.new_id("user"), household.id, email, owner_name)))
        self._refuse_taken(email)
        self._store.save_household(household)
        self._store.save_user(owner)
        return household, owner

    def add_member(self, household_id: str, email: str, name: str = "", role: Role = Role.MEMBER) -> User:
        """Add a person to a household; raises `NotFound`, `Invalid` or `Conflict`."""
        household = self._store.household(household_id)
        user = checked_user(self._new(User(ids.new_id("user"), household.id, email, name, role)))
        self._store.save_user(user)
        return user

    def change_household(self, household_id: str, **changes: object) -> Household:
        """Change the named fields of a household; raises `NotFound` or `Invalid`."""
        household = replace(self._store.household(household_id), **changes)  # type: ignore[arg-type]
        self._store.save_household(checked_household(household))
        return household

    def change_user(self, household_id: str, user_id: str, **changes: object) -> User:
        """Change the named fields of a user; raises `NotFound`, `Invalid` or `Conflict`."""
        user = self.user(household_id, user_id)
        changed = checked_user(replace(user, **changes))  # type: ignore[arg-type]
        changed = replace(changed, updated_at=self._clock.now())
        self._store.save_user(changed)
        return changed

    def deactivate(self, household_id: str, user_id: str) -> User:
        """Switch a user off, who comes in by no way any more; raises `NotFound`.

        Raises `Conflict` for the last owner: nobody could change the household then.
        """
        user = self.user(household_id, user_id)
        owners = [one for one in self._store.users(household_id) if one.active and one.role is Role.OWNER]
        if owners == [user]:
            raise Conflict("This is the last owner of the household: make somebody else an owner first.")
        return self.change_user(household_id, user_id, active=False)

    def is_last_owner(self, household_id: str, user_id: str) -> bool:
        """Say whether the household would be without an owner if this user were gone."""
        owners = (user for user in self._store.users(household_id) if user.active and user.role is Role.OWNER)
        return {owner.id for owner in owners} <= {user_id}

    def remove_user(self, household_id: str, user_id: str) -> None:
        """Forget a user for good, with all that is theirs alone.

        Raises `NotFound`, or `Conflict` for the last owner: then it is the household that is to go.
        """
        user = self.user(household_id, user_id)
        if user.role is Role.OWNER and self.is_last_owner(household_id, user_id):
            raise Conflict("This is the last owner of the household: make somebody else an owner first.")
        self._store.remove_user(user_id)

    def remove_household(self, household_id: str) -> None:
        """Forget a household for good, with its people, its rooms and all that happened in it."""
        self._store.remove_household(household_id)

    def household(self, household_id: str) -> Household:
        """Return one household; raises `NotFound`."""
        return self._store.household(household_id)

    def households(self) -> tuple[Household, ...]:
        """Return all households, by name."""
        return self._store.households()

    def users(self, household_id: str) -> tuple[User, ...]:
        """Return the users of a household, by e-mail."""
        return self._store.users(household_id)

    def user(self, household_id: str, user_id: str) -> User:
        """Return one user of a household; raises `NotFound`."""
        user = next((user for user in self._store.users(household_id) if user.id == user_id), None)
        if user is None:
            raise NotFound("user", user_id)
        return user

    def lives_in(self, household_id: str, user_id: str) -> bool:
        """Say whether the user is of the household, and has not been switched off."""
        return any(user.id == user_id and user.active for user in self._store.users(household_id))

    def email_of(self, user_id: str) -> str | None:
        """Return a user's e-mail address, or None if there is no such user."""
        users = (user for home in self._store.households() for user in self._store.users(home.id))
        return next((user.email for user in users if user.id == user_id), None)

    def _new(self, user: User) -> User:
        now = self._clock.now()
        return replace(user, created_at=now, updated_at=now)

    def _refuse_taken(self, email: str) -> None:
        """Look before the household is saved: it would stay behind without anybody in it."""
        taken = {user.email for home in self._store.households() for user in self._store.users(home.id)}
        if email in taken:
            message = f"Another user has the e-mail address {email!r}."
            raise Conflict(message)
