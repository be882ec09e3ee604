"""What visits come to, and what rules make of recorded homes."""

from spottypottysense.history.policy.figures import (
    FIXED_RULES,
    STILL_ON,
    figures,
    had_music,
    latency,
    music_under,
    music_under_fixed_rule,
    score,
    totals,
)
from spottypottysense.history.policy.tallies import added, analysis, of_month, stretches, tally_of

__all__ = [
    "FIXED_RULES",
    "STILL_ON",
    "added",
    "analysis",
    "figures",
    "had_music",
    "latency",
    "music_under",
    "music_under_fixed_rule",
    "of_month",
    "score",
    "stretches",
    "tally_of",
    "totals",
]
