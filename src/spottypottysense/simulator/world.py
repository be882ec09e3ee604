"""The pretend Spotify itself: apps, accounts, grants, speakers and what plays.

No HTTP, no threads, no waiting. Whoever drives it hands in the time and calls from one thread.
"""

import calendar
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from spottypottysense.clock import SystemClock
from spottypottysense.simulator.catalogue import Playlist
from spottypottysense.simulator.playback import Playback
from spottypottysense.simulator.speakers import Speaker

CODE_LIFE = timedelta(minutes=10)
_REMEMBERED_ACCESS = 3


@dataclass(slots=True)
class App:
    """A client registered in the dashboard; without `secret` it may only use PKCE.

    `allowlist` None lets every account in (extended quota).
    """

    client_id: str
    name: str
    secret: str | None
    redirect_uris: tuple[str, ...]
    allowlist: set[str] | None = None


@dataclass(slots=True)
class Account:
    """A person at Spotify."""

    id: str
    account_id: str
    name: str
    premium: bool
    playback: Playback
    speakers: list[Speaker] = field(default_factory=list)
    later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    """Effects of accepted commands that have not come yet, and when they are due."""


@dataclass(slots=True)
class AccessToken:
    """What opens the Web API for one grant until `expires_at`."""

    value: str
    grant: "Grant"
    expires_at: datetime


@dataclass(slots=True)
class Grant:
    """What an account allowed an app; dies six months after consent whatever is done."""

    client_id: str
    account_id: str
    scope: str
    consented_at: datetime
    pkce: bool
    refresh_token: str
    revoked: bool = False
    refreshes: int = 0
    refresh_tokens: dict[str, datetime] = field(default_factory=dict)
    """Rotated-away refresh tokens and until when each is still taken."""
    access: deque[AccessToken] = field(default_factory=deque)

    @property
    def ends_at(self) -> datetime:
        """Six calendar months after consent."""
        return six_months_after(self.consented_at)


@dataclass(slots=True)
class Code:
    """An authorization code, good for one exchange."""

    client_id: str
    account_id: str
    redirect_uri: str
    scope: str
    challenge: str
    expires_at: datetime


def six_months_after(moment: datetime) -> datetime:
    """Return the same day six months on, or that month's last."""
    year, month = moment.year + (moment.month + 5) // 12, (moment.month + 5) % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


class World:
    """Everything that the pretend Spotify knows; `now` is its clock, `skew` turns it forward."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or SystemClock().now
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.skew = timedelta()
        self.access_life = timedelta(seconds=3600)
        self.apps: dict[str, App] = {}
        self.accounts: dict[str, Account] = {}
        self.speakers: dict[str, Speaker] = {}
        self.playlists: dict[str, Playlist] = {}
        self.codes: dict[str, Code] = {}
        self.grants: list[Grant] = []
        self.refresh_tokens: dict[str, Grant] = {}
        self.access_tokens: dict[str, AccessToken] = {}

    def now(self) -> datetime:
        """Return the world's time, aware, in UTC."""
        return (self._now() + self.skew).astimezone(UTC)

    def add_app(
        self,
        client_id: str,
        *,
        name: str = "",
        secret: str | None = None,
        redirect_uris: tuple[str, ...] = (),
        allowlist: set[str] | None = None,
    ) -> App:
        """Register a client."""
        app = App(client_id, name or client_id, secret, redirect_uris, allowlist)
        self.apps[client_id] = app
        return app

    def add_account(self, account_id: str, *, name: str = "", premium: bool = True) -> Account:
        """Let a person sign up; the first one is who consents when nobody is named."""
        account = Account(
            account_id, secrets.token_hex(16), name or account_id, premium, Playback(since=self.now())
        )
        self.accounts[account_id] = account
        return account

    def add_speaker(self, speaker: Speaker) -> Speaker:
        """Put a speaker into the homes of its accounts."""
        self.speakers[speaker.key] = speaker
        for account_id in speaker.accounts:
            self.accounts[account_id].speakers.append(speaker)
        return speaker

    def add_playlist(self, playlist: Playlist) -> Playlist:
        """Let the catalogue tell this playlist's name."""
        self.playlists[playlist.id] = playlist
        return playlist

    def consent(self, client_id: str, account_id: str, scope: str, *, pkce: bool) -> Grant:
        """Start a new grant, with a refresh token and no access token yet."""
        grant = Grant(client_id, account_id, scope, self.now(), pkce, _secret("AQ"))
        self.grants.append(grant)
        self.refresh_tokens[grant.refresh_token] = grant
        return grant

    def issue_access(self, grant: Grant) -> AccessToken:
        """Give out a new access token; older ones live on to their own end."""
        now = self.now()
        token = AccessToken(_secret("BQ"), grant, now + self.access_life)
        self.access_tokens[token.value] = token
        grant.access.append(token)
        while len(grant.access) > _REMEMBERED_ACCESS and grant.access[0].expires_at <= now:
            del self.access_tokens[grant.access.popleft().value]
        return token

    def rotate(self, grant: Grant, grace: timedelta) -> None:
        """Replace the refresh token; the old one is taken for `grace` longer."""
        grant.refresh_tokens[grant.refresh_token] = self.now() + grace
        grant.refresh_token = _secret("AQ")
        self.refresh_tokens[grant.refresh_token] = grant

    def issue_code(self, code: Code) -> str:
        """Keep a code for one exchange and return its name."""
        name = _secret("AQ")
        self.codes[name] = code
        return name

    def revoke(self, grant: Grant) -> None:
        """End a grant: its refresh and access tokens stop at once."""
        grant.revoked = True
        for token in grant.access:
            self.access_tokens.pop(token.value, None)
        grant.access.clear()

    def when(self, account: Account, seconds: float, effect: Callable[[], None]) -> None:
        """Let an effect come at once, or so many seconds later, in the order of the commands."""
        if seconds or account.later:
            account.later.append((self.now() + timedelta(seconds=seconds), effect))
        else:
            effect()

    def start(self, account: Account, speaker: Speaker) -> None:
        """Let the account's loaded music be heard on `speaker`, ousting whoever plays there."""
        now = self.now()
        self.oust(account, speaker)
        account.playback.sound(speaker, account.id, now)

    def turn(self, speaker: Speaker, level: int) -> None:
        """Set a speaker's volume, 0 to 100, for whoever plays on it."""
        speaker.volume = level
        if speaker.player:
            self.accounts[speaker.player].playback.listen()

    def oust(self, account: Account, speaker: Speaker) -> None:
        """Silence another account that plays on `speaker`: a speaker plays for one at a time."""
        if speaker.player and speaker.player != account.id:
            other = self.accounts[speaker.player].playback
            other.settle(self.now())
            other.silence(self.now())
            other.speaker = None

    def settle(self, account: Account) -> datetime:
        """Bring an account's playback and speakers up to the present and return it."""
        now = self.now()
        account.playback.settle(now)
        while account.later and account.later[0][0] <= now:
            _, effect = account.later.pop(0)
            effect()
        for speaker in account.speakers:
            if speaker.player and speaker.player != account.id:
                self.accounts[speaker.player].playback.settle(now)
            speaker.settle(now)
        account.playback.settle(now)
        return now


def _secret(prefix: str) -> str:
    return prefix + secrets.token_urlsafe(72)
