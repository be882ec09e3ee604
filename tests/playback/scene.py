"""Two rooms of Anna's, what is wished for in them, and what is seen there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from spottypottysense.playback.model import PlayerState, Receipt, SeenSpeaker, Stay, Visit, Wishes
from spottypottysense.sensors.model import Beginning, Ending, Speaker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
BATH_MIX = "spotify:playlist:bath"
KITCHEN_MIX = "spotify:playlist:kitchen"
BATH_BOX = SeenSpeaker("box-1", "Bath", "Speaker", volume=50)
KITCHEN_BOX = SeenSpeaker("box-2", "Kitchen", "Speaker", volume=50)
QUIET = Wishes(Speaker("Bath"), BATH_MIX, volume=30, shuffle=True, beginning=Beginning.TOP)
BATH = Visit(Stay("s1", "bath", NOON, NOON), "anna", QUIET)
KITCHEN = Visit(
    Stay("s2", "kitchen", NOON, NOON),
    "anna",
    Wishes(Speaker("Kitchen"), KITCHEN_MIX, shuffle=False, beginning=Beginning.TOP),
)
SOFT = replace(BATH, wishes=replace(QUIET, volume=40, fades_in=True, ending=Ending.FADE))
RECEIPT = Receipt(
    "anna", "s1", "bath", "box-1", "Bath", BATH_MIX, NOON, confirmed=True, speaker_type="Speaker"
)
PLAYING = PlayerState(replace(BATH_BOX, is_active=True), is_playing=True, content=BATH_MIX)
"""What the player shows while the receipt's music plays."""
SILENCE = PlayerState()
PAUSED = replace(PLAYING, is_playing=False)
THEIRS = replace(PLAYING, content="spotify:album:theirs")
ELSEWHERE = replace(PLAYING, speaker=replace(KITCHEN_BOX, is_active=True))
