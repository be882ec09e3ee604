"""What is decided about visits and their music: values in, values out, and the time handed in."""

from spottypottysense.presence.policy.motion import on_motion
from spottypottysense.presence.policy.music import after_playback
from spottypottysense.presence.policy.rules import rules_for
from spottypottysense.presence.policy.visits import after_deadline

__all__ = ["after_deadline", "after_playback", "on_motion", "rules_for"]
