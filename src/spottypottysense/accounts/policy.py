"""What a household may look like."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import Invalid

LONGEST_TIMEOUT = timedelta(hours=4)
LONGEST_GAP = timedelta(hours=1)


def checked_household(household: Household) -> Household:
    """Return `household` if its values can be lived with; raises `Invalid`."""
    if not household.name.strip():
        raise Invalid("A household needs a name.", field="name")
    try:
        ZoneInfo(household.time_zone)
    except (ValueError, OSError, LookupError):
        message = f"{household.time_zone!r} is no time zone: use a name such as Europe/Berlin."
        raise Invalid(message, field="timeZone") from None
    if not timedelta(seconds=1) <= household.timeout <= LONGEST_TIMEOUT:
        raise Invalid("A timeout lies between 1 second and 4 hours.", field="timeout")
    if not timedelta(0) <= household.motion_gap <= LONGEST_GAP:
        raise Invalid("A motion gap lies between 0 and 1 hour.", field="motionGap")
    if household.snoozed_until is not None and household.snoozed_until.tzinfo is None:
        raise Invalid("The end of a snooze needs a time zone.", field="snoozedUntil")
    return household


def checked_user(user: User) -> User:
    """Return `user` if it can be told apart and written to; raises `Invalid`."""
    name, at, host = user.email.partition("@")
    if not (name and at and host) or any(c.isspace() for c in user.email):
        raise Invalid(f"{user.email[:80]!r} is no e-mail address.", field="email")
    return user
