"""Both players under contract: ours at the pretend Spotify over HTTP, and the one that lives in memory."""

from typing import Protocol

from memory.player import PretendPlayer
from spottypottysense.grants.model import Secret
from spottypottysense.playback.model import SeenSpeaker
from spottypottysense.playback.ports import Player as PlayerPort
from spottypottysense.simulator.demo_world import CLIENT_ID, OWNER, PARTNER, playlist_uri
from spottypottysense.simulator.remote import Remote
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.player import Player

MORNING, KITCHEN, OWN = (playlist_uri(name) for name in ("morning", "kitchen", "evening"))


class Scene(Protocol):
    """A player, the ids of two speakers, and people who do things by hand."""

    player: PlayerPort
    bath: str
    kitchen: str

    def person_plays(self, account: str, speaker_id: str, content: str) -> None:
        """A person starts music by hand."""

    def person_pauses(self, account: str) -> None:
        """A person pauses whatever plays."""

    def fall_asleep(self, speaker_id: str) -> None:
        """A speaker vanishes."""


class RealScene:
    """Our own player, over HTTP, in the demo's home."""

    def __init__(self, spotify: Remote) -> None:
        spotify.post("reset")
        self._spotify = spotify
        granted = spotify.post("grants", client_id=CLIENT_ID, accounts=[OWNER, PARTNER])["grants"]
        tokens = {each["account"]: Secret(each["access_token"]) for each in granted}
        client = Client(spotify.base_url, spotify.base_url)
        self.player: PlayerPort = Player(client, lambda _: CLIENT_ID, lambda account, *_: tokens[account])
        self._keys = {each["id"]: each["key"] for each in spotify.get("state")["speakers"]}
        ids = {key: id_ for id_, key in self._keys.items()}
        self.bath, self.kitchen = ids["bathroom"], ids["kitchen"]

    def person_plays(self, account: str, speaker_id: str, content: str) -> None:
        """Use the phone."""
        speaker = self._keys[speaker_id]
        self._spotify.post(f"accounts/{account}/act", do="play", speaker=speaker, context_uri=content)

    def person_pauses(self, account: str) -> None:
        """Use the phone."""
        self._spotify.post(f"accounts/{account}/act", do="pause")

    def fall_asleep(self, speaker_id: str) -> None:
        """Switch it off."""
        self._spotify.post(f"speakers/{self._keys[speaker_id]}", do="sleep")


class PretendScene:
    """The player in memory, with speakers of the same names."""

    def __init__(self) -> None:
        self._pretend = PretendPlayer(
            SeenSpeaker("bath", "Bathroom speaker", "Speaker", volume=40),
            SeenSpeaker("kitchen", "Kitchen speaker", "Speaker", volume=40),
        )
        self.player: PlayerPort = self._pretend
        self.bath, self.kitchen = "bath", "kitchen"
        self.person_plays = self._pretend.person_plays
        self.person_pauses = self._pretend.person_pauses
        self.fall_asleep = self._pretend.fall_asleep
