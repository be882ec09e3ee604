"""How loud music is while it comes and goes, and what a person finds afterwards."""

from dataclasses import replace

from spottypottysense.playback.model import Receipt, SeenSpeaker
from spottypottysense.playback.policy.ownership import is_there
from spottypottysense.sensors.model import Ending


def rises(volume: int) -> tuple[int, ...]:
    """Return the volumes of a fade-in: the first before the first note, the last one is `volume`."""
    return tuple(sorted({max(volume // 4, 1), max(volume * 3 // 5, 1), volume})) if volume else (0,)


def falls(volume: int) -> tuple[int, ...]:
    """Return the volumes of a fade-out before the music is paused."""
    return (volume // 3,) if volume >= 3 else ()


def is_faded(volume: int | None, receipt: Receipt) -> bool:
    """Say whether a fade of ours stopped half way at this volume; no write keeps count of its steps."""
    if volume is None or receipt.volume is None or volume == receipt.volume:
        return False
    return volume in (*rises(receipt.volume), *falls(receipt.volume))


def is_set_by_us(volume: int | None, receipt: Receipt) -> bool:
    """Say whether this is the volume that we set, or a step of a fade to or from it."""
    return volume is not None and (volume == receipt.volume or is_faded(volume, receipt))


def volume_found(speaker: SeenSpeaker, before: Receipt | None) -> int | None:
    """Return the volume that a person had set: not what an earlier start of ours, `before`, left behind."""
    if before is not None and is_there(speaker, before) and is_set_by_us(speaker.volume, before):
        return before.volume_before
    return speaker.volume


def before_falling(receipt: Receipt, volume: int) -> Receipt:
    """Return what has to be written before the first step down, so that a crash leaves a way back.

    A volume that is not ours was set by a person since: that is what he finds again.
    """
    if is_set_by_us(volume, receipt):
        return receipt
    return replace(receipt, volume=volume, volume_before=volume)


def volume_to_leave(volume: int | None, receipt: Receipt) -> int | None:
    """Return what to set once the music is silent; None leaves `volume`, which plays now, as it is.

    Where nothing fades the room's volume stays, for the next visit needs it again: two commands saved each
    time. What a person set meanwhile stays in any case.
    """
    fades = receipt.ending is Ending.FADE or is_faded(volume, receipt)
    if not fades or not is_set_by_us(volume, receipt):
        return None
    wanted = receipt.volume if receipt.volume_before is None else receipt.volume_before
    return None if wanted == volume else wanted
