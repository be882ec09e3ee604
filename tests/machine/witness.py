"""Knows whose music plays, because it sees every command of the house and every act of a person.

The house has to tell its own music by what Spotify shows. Here it is known, so that each command can be
judged at the very moment when it reaches Spotify.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from machine.plan import CEILING_GRACE, LEEWAY, LONGEST_SONG, Needs, ceiling_of, room_of_speaker
from spottypottysense.core import Stores
from spottypottysense.errors import NotFound
from spottypottysense.sensors.model import Ending, Room
from spottypottysense.simulator.commands import json_object
from spottypottysense.simulator.speakers import Speaker
from spottypottysense.simulator.wire import Reply, Request
from spottypottysense.simulator.world import Account, World

PLAYER = "/v1/me/player"


@dataclass
class Known:
    """What is known of one account.

    `content` and `speaker` are what the house started and where, `since` when, and `ceiling` the volume
    that it had to keep to; `touched` says that a person, or what befell a speaker, came between, `doubted`
    that the house saw so, `stops` that it has paused it; `sounded` that anything was heard before the
    command, at `volume`. `paused_in` is the visit in which a person silenced it or took it over, `started`
    are the visits that have had their start; `blind_until` is when the house last asked in vain.
    """

    content: str | None = None
    speaker: Speaker | None = None
    since: datetime | None = None
    ceiling: int = 100
    touched: bool = False
    doubted: bool = False
    stops: bool = False
    sounded: bool = False
    volume: int = 0
    paused_in: str | None = None
    started: set[str] = field(default_factory=set)
    blind_until: datetime | None = None


class Witness:
    """Judges what the house does; `faults` tells what it did wrong, `story` what happened at all.

    `by_hand` is set while a person uses the house's own buttons, `takes_over` if motion may replace
    somebody's own music, and `down` while Spotify is out of reach.
    """

    def __init__(self, world: World, stores: Stores, needs: Needs) -> None:
        self.faults: list[str] = []
        self.story: list[str] = []
        self.by_hand = False
        self.takes_over = False
        self.down = False
        self._world = world
        self._stores = stores
        self._needs = needs
        self._known: dict[str, Known] = defaultdict(Known)
        self._turned: dict[str, datetime] = {}

    def plays_ours(self, account_id: str) -> bool:
        """Say whether what sounds on the account is what the house started, still where it started it."""
        known, playback = self._known[account_id], self._settled(account_id).playback
        there = playback.speaker is known.speaker and playback.context_uri == known.content
        return known.content is not None and playback.playing and there

    def tell(self, what: str) -> None:
        """Note something that happened."""
        self.story.append(f"{self._world.now():%H:%M:%S.%f}"[:-5] + f"  {what}")

    def person_acts(self, account_id: str, was_ours: bool) -> None:
        """Note that a person did something with the account; `was_ours` says what sounded before."""
        known = self._known[account_id]
        known.touched = True
        self._lets_go(account_id)
        if self.plays_ours(account_id):
            known.paused_in = None
            return
        receipt = self._stores.receipts.receipt(account_id)
        if was_ours and receipt is not None and receipt.confirmed:
            known.paused_in = receipt.session_id

    def speaker_acts(self, speaker: Speaker) -> None:
        """Note that something befell a speaker: what played there is over, and may begin again."""
        for account_id in speaker.accounts:
            self._known[account_id].touched = True
            self._known[account_id].started.clear()

    def ousted(self, account_id: str) -> None:
        """Note that somebody else's music took the speaker from this account."""
        self._known[account_id].touched = True

    def blind_until(self, moment: datetime) -> None:
        """Note that Spotify was out of reach for everybody until `moment`."""
        for known in self._known.values():
            known.blind_until = moment

    def volume_turned(self, speaker: Speaker) -> None:
        """Note that a person turned the volume."""
        self._turned[speaker.key] = self._world.now()

    def fails(self, request: Request, wait: timedelta) -> None:
        """Note that the house asked in vain, and has to wait before it asks again."""
        known = self._known[request.account]
        known.blind_until = self._world.now() + wait
        self._asked_in_vain(known, self._settled(request.account))

    def asks(self, request: Request) -> None:
        """Judge a command before it is carried out."""
        if request.method == "GET":
            return
        account, command = self._settled(request.account), _command(request)
        self._lets_go(account.id)
        self._known[account.id].sounded = account.playback.playing
        self._known[account.id].volume = account.playback.speaker.volume if account.playback.speaker else 0
        self._spares_own_music(account, command)
        self._spares_others(account, command, _target(account, request))
        if command in ("play", "take along"):
            self._respects_a_pause(account, command)

    def is_told(self, request: Request, reply: Reply, *, heard: bool) -> None:
        """Learn from what was carried out, and from what the house has seen by now."""
        known = self._known[request.account]
        if request.method == "GET":
            seen = heard and reply.status < 300 and request.path == PLAYER
            known.doubted |= seen and known.touched and not self.plays_ours(request.account)
            return
        self.tell(f"house: {_command(request)} for {request.account}: {reply.status} {_said(request)}")
        if reply.status == 204:
            self._carried_out(known, self._settled(request.account), request)
        else:
            self._asked_in_vain(known, self._settled(request.account))

    def looks_around(self) -> None:
        """Judge what sounds now: where, for how long, and how loud."""
        for account_id, known in self._known.items():
            self._lets_go(account_id)
            if known.speaker is None or not self.plays_ours(account_id):
                continue
            room, speaker = room_of_speaker(known.speaker.key), known.speaker
            if not self.down and self._world.now() > self._limit(room, known):
                self.blame(f"(3) music of ours in the empty {room.id}, for {account_id}")
            turned = self._turned.get(speaker.key)
            by_us = known.since is not None and (turned is None or turned < known.since)
            if by_us and speaker.supports_volume and speaker.volume > known.ceiling:
                self.blame(f"(7) {speaker.volume} % under a ceiling of {known.ceiling} % in the {room.id}")

    def _lets_go(self, account_id: str) -> None:
        """Forget what the house has silenced, and what it saw that it lost and has no receipt of any more."""
        known = self._known[account_id]
        is_silent = known.stops and not self._settled(account_id).playback.playing
        if is_silent or (known.doubted and self._stores.receipts.receipt(account_id) is None):
            known.content, known.speaker, known.doubted, known.stops = None, None, False, False

    def _limit(self, room: Room, known: Known) -> datetime:
        """Return until when music may play in a room, given that the house sees what Spotify lets it see."""
        limit = self._needs.until(room.id) + LEEWAY
        if known.blind_until is not None and known.blind_until + LEEWAY >= self._needs.until(room.id):
            limit = max(limit, known.blind_until + 3 * LEEWAY)
        return limit + LONGEST_SONG if room.ending is Ending.FINISH_SONG else limit

    def _carried_out(self, known: Known, account: Account, request: Request) -> None:
        """Learn what the house has brought about."""
        playback, command = account.playback, _command(request)
        moves = command in ("transfer", "take along")
        if command == "play":
            known.content, known.paused_in = _content(request) or playback.context_uri, None
            self._starts_once(known, account)
            known.touched = known.doubted = known.stops = False
        elif command == "pause":
            known.stops = True
            known.started.clear()
            self._lets_go(account.id)
        elif moves and playback.playing and self._is_wished_for(account):
            known.content = playback.context_uri
        if command == "play" or (moves and known.content):
            known.speaker, known.since = _target(account, request), self._world.now()
            known.ceiling = self._ceiling(known.speaker)
        if command == "take along":
            known.started.clear()
        self._keeps_to_the_ceiling(account, command)

    def _asked_in_vain(self, known: Known, account: Account) -> None:
        """Learn from a command without effect: a person who plays the very same there plays what is ours."""
        known.started.clear()
        if account.playback.playing and self._is_wished_for(account):
            known.content, known.speaker = account.playback.context_uri, account.playback.speaker
            known.ceiling = 100  # a person chose the volume

    def _is_wished_for(self, account: Account) -> bool:
        """Say whether there is what the receipt wishes for: no house can tell it from a start of its own."""
        receipt, playback = self._stores.receipts.receipt(account.id), account.playback
        if receipt is None or playback.speaker is None:
            return False
        return (receipt.content, receipt.room_id) == (playback.context_uri, playback.speaker.key)

    def _spares_own_music(self, account: Account, command: str) -> None:
        sounds = account.playback.playing
        if self.plays_ours(account.id):
            return
        if sounds and not (self.takes_over and command != "pause"):
            self.blame(f"(1) {command} of somebody's own music, for {account.id}")
        elif command == "take along" and not sounds:
            self.blame(f"(1) what is silent was made to sound, for {account.id}")

    def _spares_others(self, account: Account, command: str, target: Speaker | None) -> None:
        """Judge what it does to another account that plays there; by hand a person may want it so."""
        if target is None or target.player in ("", account.id) or command in ("pause", "shuffle"):
            return
        moves = command != "transfer" or account.playback.playing
        if moves and not self.by_hand and not self.plays_ours(target.player):
            self.blame(
                f"(1) {command} on a speaker where {target.player}'s own music plays, for {account.id}"
            )

    def _respects_a_pause(self, account: Account, command: str) -> None:
        known = self._known[account.id]
        replaces = self.takes_over and account.playback.playing
        if known.paused_in is None or self.by_hand or replaces or self.plays_ours(account.id):
            return
        if self._is_open(known.paused_in):
            self.blame(f"(4) {command} after a person's pause, in the same visit, for {account.id}")

    def _starts_once(self, known: Known, account: Account) -> None:
        receipt = self._stores.receipts.receipt(account.id)
        if receipt is None or receipt.content != known.content:
            self.blame(f"(5) a start without a receipt, for {account.id}")
            return
        if receipt.session_id in known.started and not self.by_hand:
            self.blame(f"(2) a second start for one arrival in {receipt.room_id}, for {account.id}")
        known.started.add(receipt.session_id)

    def _keeps_to_the_ceiling(self, account: Account, command: str) -> None:
        """Judge a volume at once; one that a speaker has by itself may need a moment if music goes there."""
        speaker, now = account.playback.speaker, self._world.now()
        if speaker is None or not self.plays_ours(account.id) or not speaker.supports_volume:
            return
        turned = self._turned.get(speaker.key)
        by_us = command == "volume" or turned is None or now - turned > CEILING_GRACE
        ceiling = self._ceiling(speaker)
        known = self._known[account.id]
        starts = command == "play" and not known.sounded
        rises = command == "volume" and speaker.volume > known.volume
        if (starts or rises) and by_us and speaker.volume > ceiling:
            self.blame(f"(7) {command} at {speaker.volume} % under a ceiling of {ceiling} % ({speaker.key})")

    def _ceiling(self, speaker: Speaker | None) -> int:
        """Return the ceiling where the speaker stands; around a programme's begin both may be meant."""
        if speaker is None:
            return 100
        now, room = self._world.now(), room_of_speaker(speaker.key)
        return max(ceiling_of(room, now), ceiling_of(room, now - CEILING_GRACE))

    def _is_open(self, session_id: str) -> bool:
        try:
            return self._stores.sessions.session(session_id).ended_at is None
        except NotFound:
            return False

    def _settled(self, account_id: str) -> Account:
        account = self._world.accounts[account_id]
        self._world.settle(account)
        return account

    def blame(self, fault: str) -> None:
        """Note something that the house did wrong; saying it once is enough."""
        if fault in self.faults:
            return
        self.tell(f"FAULT: {fault}")
        self.faults.append(fault)


def _command(request: Request) -> str:
    """Return the command's name; a transfer that lets music play is `take along`."""
    if request.path != PLAYER:
        return request.path.rpartition("/")[2]
    return "take along" if json_object(request.body).get("play") else "transfer"


def _content(request: Request) -> str | None:
    return json_object(request.body).get("context_uri") if request.body else None


def _said(request: Request) -> str:
    return f"{request.raw_query.decode()} {request.body.decode()}"


def _target(account: Account, request: Request) -> Speaker | None:
    device = request.device
    if request.path == PLAYER:
        device = json_object(request.body)["device_ids"][0]
    return next((speaker for speaker in account.speakers if speaker.id == device), None)
