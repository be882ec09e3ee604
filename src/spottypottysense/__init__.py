"""Music that follows presence."""

__version__ = "0.1.0"
