"""What every test of the API may take."""

from api.people import people
from api.playing import playing, spotify_url

__all__ = ["people", "playing", "spotify_url"]
