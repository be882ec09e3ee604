import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from spotify.scripted import Reply, Script, Stopwatch, Tokens, as_json, player_error
from spottypottysense.errors import SpottyError, Unavailable
from spottypottysense.grants.model import ClientApp
from spottypottysense.playback.model import Start
from spottypottysense.reasons import Reason
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.gate import RateGate
from spottypottysense.spotify.player import Player

LIMITED = player_error(429, "API rate limit exceeded", Retry_After="60")


def test_a_rate_limit_closes_the_gate_for_everybody(
    script: Script, player: Player, watch: Stopwatch, tokens: Tokens
) -> None:
    """Other accounts are told what is left of the wait, and neither network nor grants are touched."""
    script.answers(LIMITED, Reply(204))
    with pytest.raises(Unavailable) as first:
        player.pause("ann", "bath")
    assert (first.value.retry_after, first.value.reason) == (timedelta(seconds=60), Reason.RATE_LIMITED)
    watch.at += 18
    for call in (lambda: player.state("bob"), lambda: player.pause("cyd", "den")):
        with pytest.raises(Unavailable) as later:
            call()
        assert (later.value.retry_after, later.value.reason) == (timedelta(seconds=42), Reason.RATE_LIMITED)
    assert "42 s" in str(later.value)
    assert len(script.asked) == 1
    assert [account for account, _ in tokens.asked] == ["ann"]
    watch.at += 42
    player.state("bob")
    assert len(script.asked) == 2


def test_a_used_up_quota_is_called_by_its_name(script: Script, player: Player) -> None:
    """A quota lasts about a day, and people read another sentence for it."""
    script.answers(player_error(429, "Too many requests", "QUOTA_EXCEEDED", Retry_After="52531"))
    for _ in range(2):
        with pytest.raises(Unavailable, match="quota") as caught:
            player.speakers("ann")
        assert caught.value.reason is Reason.QUOTA_EXCEEDED
    assert len(script.asked) == 1


def test_apps_and_hosts_have_gates_of_their_own(
    script: Script, client: Client, player: Player, accounts: Accounts, tokens: Tokens
) -> None:
    """A limit holds for one client id at one host: the player's says nothing of the token endpoint's."""
    script.answers(LIMITED, Reply(204))
    with pytest.raises(Unavailable):
        player.pause("ann", "bath")
    Player(client, lambda _: "another app", tokens.token_for).pause("ann", "bath")
    script.answers(as_json(200, {"access_token": "a"}))
    accounts.exchange(ClientApp("app"), "code", "http://127.0.0.1:1", None)
    assert len(script.asked) == 1


def test_the_token_endpoint_has_a_gate_too(script: Script, accounts: Accounts, player: Player) -> None:
    """Its 429 stops token calls of that app, and leaves the player alone."""
    script.answers(LIMITED, Reply(204))
    for _ in range(2):
        with pytest.raises(Unavailable):
            accounts.exchange(ClientApp("app"), "code", "http://127.0.0.1:1", None)
    assert len(script.asked) == 1
    player.pause("ann", "bath")


def test_a_read_waits_if_the_wait_fits_its_budget(script: Script, player: Player, watch: Stopwatch) -> None:
    """Retry-After wins over our own short waits."""
    script.answers(player_error(429, "slow down", Retry_After="3"), Reply(204))
    player.state("ann")
    (slept,) = watch.sleeps
    assert 3 <= slept < 4


@pytest.mark.parametrize("wait", ["1", "3"])
def test_a_command_never_sits_out_a_rate_limit(
    script: Script, player: Player, watch: Stopwatch, wait: str
) -> None:
    """Music that starts late is worse than none."""
    script.answers(player_error(429, "slow down", Retry_After=wait), Reply(204))
    with pytest.raises(Unavailable):
        player.play("ann", "bath", Start("spotify:album:1"))
    assert (watch.sleeps, len(script.asked)) == ([], 1)


def test_threads_share_the_gate(script: Script, client: Client, tokens: Tokens) -> None:
    """Once one thread was refused, forty calls of eight threads stay off the network."""
    script.answers(LIMITED)
    player = Player(client, lambda _: "app", tokens.token_for)
    with pytest.raises(Unavailable):
        player.pause("ann", "bath")

    def refused(account: int) -> bool:
        try:
            player.state(str(account))
        except Unavailable as error:
            return error.reason is Reason.RATE_LIMITED
        return False

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(refused, range(40)))
    assert len(script.asked) == 1


def test_a_longer_wait_is_never_cut_short() -> None:
    """Of two answers that cross, the one that asks for more silence counts."""
    watch = Stopwatch()
    gate = RateGate(watch.now)
    gate.close(timedelta(hours=1), Reason.QUOTA_EXCEEDED)
    gate.close(timedelta(seconds=5), Reason.RATE_LIMITED)
    watch.at += 3599
    with pytest.raises(Unavailable) as caught:
        gate.check()
    assert caught.value.reason is Reason.QUOTA_EXCEEDED
    watch.at += 1
    gate.check()


def test_a_gate_may_be_closed_by_many_at_once() -> None:
    """The longest of many waits stands, whoever comes last."""
    watch = Stopwatch()
    gate = RateGate(watch.now)
    threads = [
        threading.Thread(target=gate.close, args=(timedelta(seconds=seconds), Reason.RATE_LIMITED))
        for seconds in range(1, 30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(SpottyError) as caught:
        gate.check()
    assert isinstance(caught.value, Unavailable)
    assert caught.value.retry_after == timedelta(seconds=29)
