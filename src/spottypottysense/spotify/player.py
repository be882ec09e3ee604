"""An account's player: what it does now, and what it should do."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from spottypottysense.errors import NeedsPerson, NotFound
from spottypottysense.grants.model import Secret
from spottypottysense.grants.ports import TokenFor
from spottypottysense.playback.model import PlayerState, SeenSpeaker, Start
from spottypottysense.reasons import Reason
from spottypottysense.spotify.client import Budget, Call, Client
from spottypottysense.spotify.refusals import CommandRefused, Cure, Face
from spottypottysense.spotify.wire import (
    Answer,
    length_from,
    length_path,
    play_body,
    speakers_from,
    state_from,
    transfer_body,
)

_READ = Budget(tries=3, total=timedelta(seconds=12))
_ASIDE = Budget(tries=1, total=timedelta(seconds=4))
"""What is only nice to know waits for nothing."""
_COMMAND = Budget(tries=2, total=timedelta(seconds=8), cures=frozenset({Cure.ASK_AGAIN, Cure.LATER}))
"""A command that comes late does harm, so it never sits out a rate limit."""
_ONCE = Budget(tries=2, total=timedelta(seconds=8), cures=frozenset({Cure.ASK_AGAIN}))
"""Sent twice, music would start over or skip two songs: who sends it looks at the state first."""


class Player:
    """Reads and commands players, as `playback.ports` describes it; any 2xx is a command accepted.

    Accepted is not done: Spotify promises neither effect nor order, so callers look at the state.
    """

    def __init__(self, client: Client, client_of: Callable[[str], str], token_for: TokenFor) -> None:
        self._client = client
        self._client_of = client_of
        self._token_for = token_for

    def state(self, account: str) -> PlayerState:
        """Return what plays now; `additional_types` keeps podcasts from looking like silence."""
        return state_from(self._read(account, "/v1/me/player?additional_types=track%2Cepisode"))

    def speakers(self, account: str) -> tuple[SeenSpeaker, ...]:
        """Return the speakers that Spotify lists for the account now."""
        return speakers_from(self._read(account, "/v1/me/player/devices"))

    def length(self, account: str, content: str) -> int | None:
        """Return how many songs a playlist or an album has; None for artists and where Spotify is silent.

        Playlists of others are refused, or look as if they did not exist.
        """
        path = length_path(content)
        if path is None:
            return None
        try:
            return length_from(self._read(account, path, _ASIDE, about=content))
        except NotFound:
            return None
        except NeedsPerson as refused:
            if refused.reason in {Reason.COMMAND_REFUSED, Reason.SCOPE_MISSING}:
                return None
            raise

    def transfer(self, account: str, speaker_id: str, play: bool = False) -> None:
        """Make the speaker the active one; `play` lets what plays go on there, else nothing starts."""
        self._send(account, speaker_id, "/v1/me/player", transfer_body(speaker_id, play))

    def play(self, account: str, speaker_id: str, start: Start | None) -> None:
        """Start music on the speaker; `None` resumes what was there.

        A refusal is success if the speaker plays it already: that is what Spotify refuses.
        """
        path = _path("play", device_id=speaker_id)
        try:
            self._send(account, speaker_id, path, play_body(start), _ONCE)
        except CommandRefused:
            state = self.state(account)
            here = state.is_playing and state.speaker is not None and state.speaker.id == speaker_id
            if not here or (start is not None and start.content != state.content):
                raise

    def skip(self, account: str, speaker_id: str) -> None:
        """Go to the next song; never sent twice by itself."""
        self._send(account, speaker_id, _path("next", device_id=speaker_id), None, _ONCE, method="POST")

    def pause(self, account: str, speaker_id: str) -> None:
        """Pause; pausing what is paused already is success, although Spotify refuses it."""
        try:
            self._send(account, speaker_id, _path("pause", device_id=speaker_id))
        except CommandRefused:
            state = self.state(account)
            elsewhere = state.speaker is not None and state.speaker.id not in {None, speaker_id}
            if state.is_playing and not elsewhere:
                raise

    def set_volume(self, account: str, speaker_id: str, percent: int) -> None:
        """Set the volume, 0 to 100; a speaker whose volume nobody may set (phones) is left as it is."""
        path = _path("volume", volume_percent=str(percent), device_id=speaker_id)
        try:
            self._send(account, speaker_id, path)
        except CommandRefused as refused:
            if refused.code != "VOLUME_CONTROL_DISALLOW":
                raise

    def set_shuffle(self, account: str, speaker_id: str, on: bool) -> None:
        """Switch shuffle on or off."""
        self._send(
            account, speaker_id, _path("shuffle", state="true" if on else "false", device_id=speaker_id)
        )

    def _read(self, account: str, path: str, budget: Budget = _READ, about: str = "") -> Answer:
        bearer = self._bearer(account)
        client_id = self._client_of(account)
        return self._client.send(Call(Face.API, client_id, "GET", path, budget, bearer=bearer, speaker=about))

    def _send(
        self,
        account: str,
        speaker_id: str,
        path: str,
        body: bytes | None = None,
        budget: Budget = _COMMAND,
        method: str = "PUT",
    ) -> None:
        self._client.send(
            Call(
                Face.API,
                self._client_of(account),
                method,
                path,
                budget,
                headers={"Content-Type": "application/json"} if body is not None else {},
                body=body,
                bearer=self._bearer(account),
                speaker=speaker_id,
            )
        )

    def _bearer(self, account: str) -> Callable[[Secret | None], Secret]:
        return lambda refused: self._token_for(account, refused)


def _path(command: str, **query: str) -> str:
    return f"/v1/me/player/{command}?{urlencode(query)}"
