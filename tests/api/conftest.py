"""What every test of the API may take."""

from api.people import people

__all__ = ["people"]
