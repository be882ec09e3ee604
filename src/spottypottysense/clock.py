"""What time it is: real, scaled or turned by hand. Every caller is handed one of these."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


class ScaledClock:
    """House time that runs `speed` times as fast as real time.

    `house` and `real` are one moment on both clocks, so that a process that starts again goes on
    where the first one would be by now.
    """

    def __init__(self, house: datetime, real: datetime, speed: float) -> None:
        self.speed = speed
        self._house = house
        self._real = real

    def now(self) -> datetime:
        """Return the present moment of the house, aware, in UTC."""
        return self.house_at(datetime.now(UTC))

    def house_at(self, real: datetime) -> datetime:
        """Return what the house's clock shows at the real moment `real`."""
        return self._house + (real - self._real) * self.speed

    def real_at(self, house: datetime) -> datetime:
        """Return the real moment at which the house's clock shows `house`."""
        return self._real + (house - self._house) / self.speed


class ManualClock:
    """A clock that stands still until it is turned: for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the moment it was last turned to."""
        return self.at

    def advance(self, by: timedelta) -> datetime:
        """Turn the clock by `by` (also backwards) and return the new moment."""
        self.at += by
        return self.at
