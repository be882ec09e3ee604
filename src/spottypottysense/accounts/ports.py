"""What accounts need from a store."""

from typing import Protocol

from spottypottysense.accounts.model import Household, User


class AccountStore(Protocol):
    """Households and their users."""

    def household(self, household_id: str) -> Household:
        """Return one household; raises `NotFound`."""
        ...

    def households(self) -> tuple[Household, ...]:
        """Return all households, by name."""
        ...

    def save_household(self, household: Household) -> None:
        """Create or replace a household."""
        ...

    def users(self, household_id: str) -> tuple[User, ...]:
        """Return the users of a household, by e-mail."""
        ...

    def save_user(self, user: User) -> None:
        """Create or replace a user; raises `Conflict` if another user has this e-mail address."""
        ...

    def remove_user(self, user_id: str) -> None:
        """Forget a user with all that is theirs alone; rooms and visits stay, without an account."""
        ...

    def remove_household(self, household_id: str) -> None:
        """Forget a household with its users, rooms and sensors, and all that happened in it."""
        ...
