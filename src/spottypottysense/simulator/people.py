"""What people do with their own hands: on their phone, and at the speaker."""

import dataclasses

from spottypottysense.simulator.catalogue import is_context, spotify_id, tracks_of
from spottypottysense.simulator.control_fields import Fields, Wrong
from spottypottysense.simulator.speakers import Quirks, Speaker
from spottypottysense.simulator.world import Account, World

ACTS = ("play", "pause", "skip", "transfer", "volume")
YES_OR_NO = tuple(each.name for each in dataclasses.fields(Quirks) if isinstance(each.default, bool))
HANDLINGS = ("open", "sleep", "reboot", "rename", "volume", "quirks")


def quirks(fields: Fields) -> Quirks:
    """Read bad habits; what is not named is absent."""
    habits = Quirks(
        wakes_on_transfer=fields.whole("wakes_on_transfer", 0, 100),
        wakes_after=fields.number("wakes_after", 0.0),
        late=fields.number("late", 0.0),
    )
    for name in YES_OR_NO:
        setattr(habits, name, fields.flag(name, default=False))
    if "sleeps_after" in fields:
        habits.sleeps_after = fields.number("sleeps_after", 0)
    if "wake_volume" in fields:
        habits.wake_volume = fields.whole("wake_volume", 50, 100)
    fields.done()
    return habits


def act(world: World, account: Account, fields: Fields) -> None:
    """Do what a person does in Spotify's own app; no rule of the Web API stands in the way."""
    world.settle(account)
    name = fields.text("do")
    if name not in ACTS:
        raise Wrong(f"do must be one of {', '.join(ACTS)}.")
    playback = account.playback
    if name == "play":
        context = fields.text("context_uri", "")
        if context or not playback.tracks:
            context = context or f"spotify:playlist:{spotify_id(f'own music of {account.id}')}"
            if not is_context(context):
                raise Wrong("context_uri must be that of an album, an artist or a playlist.")
            playback.load(context, tracks_of(context), 0, 0)
        _start(world, account, _speaker(account, fields.text("speaker", "")))
    elif name == "transfer":
        _start(world, account, _speaker(account, fields.text("speaker")))
    elif name == "pause":
        playback.silence(world.now())
    elif name == "skip":
        playback.skip(1)
    else:
        world.turn(_speaker(account, fields.text("speaker", "")), fields.whole("percent", 50, 100))
    fields.done()


def _start(world: World, account: Account, speaker: Speaker) -> None:
    speaker.wake(world.now())
    world.start(account, speaker)


def _speaker(account: Account, key: str) -> Speaker:
    """Return the speaker meant: the one named, else the active one, else a phone, else the first."""
    active = account.playback.speaker
    if not key and active is not None:
        return active
    phones_first = sorted(account.speakers, key=lambda speaker: speaker.type != "Smartphone")
    for speaker in phones_first:
        if key in ("", speaker.key):
            return speaker
    raise Wrong(f"{account.id} has no speaker {key!r}; there are {[each.key for each in account.speakers]}.")


def handle(world: World, speaker: Speaker, fields: Fields) -> None:
    """Do what happens to a speaker itself: its user opens it, it sleeps, loses power, gets a new name."""
    name = fields.text("do")
    if name not in HANDLINGS:
        raise Wrong(f"do must be one of {', '.join(HANDLINGS)}.")
    if name in ("sleep", "reboot") and speaker.player:
        playing = world.accounts[speaker.player]
        world.settle(playing)
        playing.playback.silence(world.now())
    if name == "open":
        speaker.wake(world.now())
    elif name == "sleep":
        speaker.sleep()
    elif name == "reboot":
        speaker.reboot(world.now())
    elif name == "rename":
        speaker.name = fields.text("name")
    elif name == "volume":
        world.turn(speaker, fields.whole("percent", 50, 100))
    else:
        speaker.quirks = quirks(fields.inner("quirks"))
    fields.done()
