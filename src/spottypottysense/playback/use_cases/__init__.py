"""What is done about the music: begin it, keep it, hand it over, end it, and try a speaker."""

from spottypottysense.playback.use_cases.means import Memory
from spottypottysense.playback.use_cases.playing import Playback

__all__ = ["Memory", "Playback"]
