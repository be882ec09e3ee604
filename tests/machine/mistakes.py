"""Houses that do wrong: players and stores that stand between a house and the world."""

from dataclasses import replace
from datetime import datetime

from memory.sessions import MemorySessions
from spottypottysense.playback.model import PlayerState, Receipt, SeenSpeaker, Start
from spottypottysense.playback.ports import Player, ReceiptStore
from spottypottysense.presence.model import JournalEntry, Session
from spottypottysense.presence.ports import SessionStore


class Mistaken:
    """A player that passes everything on, and so makes no mistake itself."""

    def __init__(self, player: Player) -> None:
        self.player = player

    def state(self, account: str) -> PlayerState:
        """Return what plays now."""
        return self.player.state(account)

    def speakers(self, account: str) -> tuple[SeenSpeaker, ...]:
        """Return the listed speakers."""
        return self.player.speakers(account)

    def length(self, account: str, content: str) -> int | None:
        """Return how many songs the content has."""
        return self.player.length(account, content)

    def transfer(self, account: str, speaker_id: str, play: bool = False) -> None:
        """Make the speaker the active one."""
        self.player.transfer(account, speaker_id, play)

    def play(self, account: str, speaker_id: str, start: Start | None) -> None:
        """Start music."""
        self.player.play(account, speaker_id, start)

    def skip(self, account: str, speaker_id: str) -> None:
        """Go to the next song."""
        self.player.skip(account, speaker_id)

    def pause(self, account: str, speaker_id: str) -> None:
        """Pause."""
        self.player.pause(account, speaker_id)

    def set_volume(self, account: str, speaker_id: str, percent: int) -> None:
        """Set the volume."""
        self.player.set_volume(account, speaker_id, percent)

    def set_shuffle(self, account: str, speaker_id: str, on: bool) -> None:
        """Switch shuffle."""
        self.player.set_shuffle(account, speaker_id, on)


class SeesItsOwnEverywhere(Mistaken):
    """Takes all that plays for what it started itself."""

    _ours: PlayerState | None = None

    def state(self, account: str) -> PlayerState:
        """Return what played first, as long as anything plays."""
        state = super().state(account)
        if not state.is_playing:
            return state
        self._ours = self._ours or state
        return self._ours


class PlaysTwice(Mistaken):
    """Starts music once more, to be on the safe side."""

    def play(self, account: str, speaker_id: str, start: Start | None) -> None:
        """Start music twice."""
        super().play(account, speaker_id, start)
        super().play(account, speaker_id, start)


class NeverPauses(Mistaken):
    """Says that it paused."""

    def pause(self, account: str, speaker_id: str) -> None:
        """Do nothing."""


class LikesItLoud(Mistaken):
    """Likes it loud."""

    def set_volume(self, account: str, speaker_id: str, percent: int) -> None:
        """Set more than was asked for."""
        super().set_volume(account, speaker_id, max(percent, 90))


class ForgetsConfirmation:
    """Receipts that do not tell that the music was heard, so that a person's pause looks like a failure."""

    def __init__(self, receipts: ReceiptStore) -> None:
        self._receipts = receipts

    def receipt(self, account: str) -> Receipt | None:
        """Return the receipt as it was before the music was heard."""
        receipt = self._receipts.receipt(account)
        return receipt and replace(receipt, confirmed=False)

    def save(self, receipt: Receipt) -> Receipt:
        """Write it."""
        return self._receipts.save(receipt)

    def remove(self, receipt: Receipt) -> None:
        """Forget it."""
        self._receipts.remove(receipt)

    def receipts(self) -> tuple[Receipt, ...]:
        """Return all receipts."""
        return self._receipts.receipts()


class LosesReceipts(ForgetsConfirmation):
    """Receipts that are never written."""

    def save(self, receipt: Receipt) -> Receipt:
        """Pretend to write it."""
        return replace(receipt, version=receipt.version + 1)


class KeepsReceipts(ForgetsConfirmation):
    """Receipts that are never forgotten."""

    def receipt(self, account: str) -> Receipt | None:
        """Return the receipt as it is."""
        return self._receipts.receipt(account)

    def remove(self, receipt: Receipt) -> None:
        """Keep it all the same."""


class DoublesVisits:
    """Sessions that forget which visit is open, and let another one be opened."""

    def __init__(self, sessions: SessionStore) -> None:
        assert isinstance(sessions, MemorySessions)
        self._sessions = sessions

    def latest_in(self, room_id: str) -> Session | None:
        """Know of none."""
        self._sessions._open.pop(room_id, None)
        return None

    def save(self, session: Session, entry: JournalEntry | None = None) -> Session:
        """Write it."""
        return self._sessions.save(session, entry)

    def session(self, session_id: str) -> Session:
        """Return one session."""
        return self._sessions.session(session_id)

    def due(self, now: datetime, horizon: datetime, limit: int) -> tuple[Session, ...]:
        """Return what is due."""
        return self._sessions.due(now, horizon, limit)

    def open(self) -> tuple[Session, ...]:
        """Return all open sessions."""
        return self._sessions.open()
