"""Speakers sleep, forget their ids, and refuse in the ways that real ones do."""

from typing import Any

from simulator.caller import PLAYLIST, Caller, refusal

NOT_FOUND = (404, "Device not found", "")


def _add(spotify: Caller, **quirks: Any) -> str:
    return str(spotify.control("POST", "speakers", name="Echo", quirks=quirks)["id"])


def _listed(spotify: Caller) -> dict[str, Any]:
    devices = spotify.call("GET", "/v1/me/player/devices").json()["devices"]
    return {each["name"]: each["id"] for each in devices}


def _transfer(spotify: Caller, device: str) -> int:
    return spotify.call("PUT", "/v1/me/player", json={"device_ids": [device]}).status


def test_sleeps_when_idle_and_wakes_on_the_second_transfer(spotify: Caller) -> None:
    """An idle speaker vanishes and cannot be played on until it is woken."""
    device = _add(spotify, sleeps_after=600, wakes_on_transfer=2)
    spotify.play("echo")
    spotify.later(1200)
    assert _listed(spotify)["Echo"] == device
    spotify.call("PUT", "/v1/me/player/pause")
    spotify.later(601)
    assert "Echo" not in _listed(spotify)
    assert refusal(spotify.play("echo")) == NOT_FOUND
    assert _transfer(spotify, device) == 404
    assert _transfer(spotify, device) == 204
    assert _listed(spotify)["Echo"] == device
    assert spotify.play("echo").status == 204


def test_only_its_user_can_wake_some(spotify: Caller) -> None:
    """Without the habit no number of transfers wakes a sleeping speaker; opening it does."""
    device = _add(spotify, unstable_id=True)
    spotify.play("echo")
    spotify.control("POST", "speakers/echo", do="sleep")
    assert not spotify.account()["playing"]
    assert {_transfer(spotify, device) for _ in range(4)} == {404}
    spotify.control("POST", "speakers/echo", do="open")
    assert _listed(spotify)["Echo"] not in (None, device)
    assert (
        refusal(spotify.call("PUT", f"/v1/me/player/play?device_id={device}", json={"context_uri": PLAYLIST}))
        == NOT_FOUND
    )
    assert spotify.play("echo").status == 204


def test_reboot_and_rename(spotify: Caller) -> None:
    """After a reboot the music is gone, the id may be new; a name changes when its owner likes."""
    device = _add(spotify, unstable_id=True)
    spotify.play("echo")
    spotify.control("POST", "speakers/echo", do="reboot")
    spotify.control("POST", "speakers/echo", do="rename", name="Kitchen Echo")
    assert not spotify.account()["playing"]
    assert _listed(spotify)["Kitchen Echo"] != device


def test_first_play_misses(spotify: Caller) -> None:
    """A cold Echo is listed, misses the first play and takes the second."""
    _add(spotify, first_play_404=True)
    assert refusal(spotify.play("echo")) == NOT_FOUND
    assert spotify.play("echo").status == 204


def test_wakes_a_while_after_the_transfer(spotify: Caller) -> None:
    """The transfer that wakes it is not found; some seconds later it is listed and plays."""
    device = _add(spotify, sleeps_after=60, wakes_on_transfer=1, wakes_after=4)
    spotify.later(61)
    assert [_transfer(spotify, device), _transfer(spotify, device)] == [404, 404]
    assert "Echo" not in _listed(spotify)
    spotify.later(4)
    assert _listed(spotify)["Echo"] == device
    assert spotify.play("echo").status == 204


def test_comes_up_loud(spotify: Caller) -> None:
    """Made active it has a volume of its own, whatever was set before; what is set after holds."""
    device = _add(spotify, wake_volume=90)
    volume = f"/v1/me/player/volume?volume_percent=20&device_id={device}"
    assert spotify.call("PUT", volume).status == 204
    assert _transfer(spotify, device) == 204
    assert spotify.speaker("echo")["volume"] == 90
    assert spotify.call("PUT", volume).status == 204
    spotify.play("echo")
    assert (spotify.speaker("echo")["volume"], spotify.account()["loudest"]) == (20, 20)
    spotify.control("POST", "speakers/echo", do="volume", percent=70)
    spotify.call("PUT", volume)
    assert spotify.account()["loudest"] == 70


def test_volume_needs_an_active_speaker(spotify: Caller) -> None:
    """Some cannot be turned down before they are the active one."""
    device = _add(spotify, inactive_volume_404=True)
    volume = f"/v1/me/player/volume?volume_percent=20&device_id={device}"
    assert refusal(spotify.call("PUT", volume)) == NOT_FOUND
    assert _transfer(spotify, device) == 204
    assert spotify.call("PUT", volume).status == 204


def test_plays_although_it_must_not(spotify: Caller) -> None:
    """A transfer without play starts what the account heard last."""
    device = _add(spotify, plays_on_transfer=True)
    assert _transfer(spotify, device) == 204
    assert not spotify.account()["playing"]
    spotify.play("kitchen")
    spotify.call("PUT", "/v1/me/player/pause")
    assert _transfer(spotify, device) == 204
    assert (spotify.account()["playing"], spotify.account()["speaker"]) == (True, "echo")


def test_starting_a_context_clears_shuffle(spotify: Caller) -> None:
    """Shuffle that was set before a start is gone after it."""
    _add(spotify, forgets_shuffle=True)
    spotify.play("echo")
    assert spotify.call("PUT", "/v1/me/player/shuffle?state=true").status == 204
    spotify.play("echo")
    assert not spotify.account()["shuffle"]


def test_accepts_and_obeys_later(spotify: Caller) -> None:
    """A command is accepted at once; until its effect comes, the state shows what was before."""
    _add(spotify, late=3)
    spotify.play("kitchen")
    assert spotify.play("echo").status == 204
    assert spotify.account()["speaker"] == "kitchen"
    spotify.later(3)
    assert (spotify.account()["speaker"], spotify.account()["playing"]) == ("echo", True)
    assert spotify.call("PUT", "/v1/me/player/pause").status == 204
    assert spotify.account()["playing"]
    spotify.later(3)
    assert not spotify.account()["playing"]


def test_accepts_in_its_sleep(spotify: Caller) -> None:
    """Asleep, some are sent commands with a 202 that come to nothing."""
    device = _add(spotify, accepts_asleep=True)
    spotify.control("POST", "speakers/echo", do="sleep")
    assert (spotify.play("echo").status, _transfer(spotify, device)) == (202, 202)
    assert not spotify.account()["playing"]


def test_accepts_in_its_sleep_and_wakes(spotify: Caller) -> None:
    """A transfer that was accepted in vain may wake it all the same, a while later."""
    device = _add(spotify, accepts_asleep=True, wakes_on_transfer=1, wakes_after=2)
    spotify.control("POST", "speakers/echo", do="sleep")
    assert _transfer(spotify, device) == 202
    assert "Echo" not in _listed(spotify)
    spotify.later(2)
    assert _listed(spotify)["Echo"] == device


def test_a_volume_that_shows_late(spotify: Caller) -> None:
    """Nobody knows how loud it is before it is the active one."""
    device = _add(spotify, null_volume=True)
    devices = spotify.call("GET", "/v1/me/player/devices").json()["devices"]
    assert [each["volume_percent"] for each in devices if each["id"] == device] == [None]
    assert _transfer(spotify, device) == 204
    assert spotify.call("GET", "/v1/me/player").json()["device"]["volume_percent"] == 50


def test_models_that_are_never_listed(spotify: Caller) -> None:
    """They show in the state while they play."""
    _add(spotify, unlisted=True)
    spotify.control("POST", "accounts/alex/act", do="play", speaker="echo")
    assert "Echo" not in _listed(spotify)
    assert spotify.call("GET", "/v1/me/player").json()["device"]["name"] == "Echo"


def test_some_never_play(spotify: Caller) -> None:
    """A Cast device may be listed and refuse for ever; a null id cannot be addressed; Sonos is restricted."""
    device = _add(spotify, cast_404=True)
    assert _listed(spotify)["Echo"] == device
    assert [refusal(spotify.play("echo")) for _ in range(3)] == [NOT_FOUND] * 3
    assert _transfer(spotify, device) == 404
    spotify.control("POST", "speakers", name="Nameless", quirks={"null_id": True})
    assert _listed(spotify)["Nameless"] is None
    assert refusal(spotify.play("nameless")) == NOT_FOUND
    spotify.control("POST", "speakers", name="Sonos", is_restricted=True)
    assert refusal(spotify.play("sonos")) == (403, "Restricted device", "")


def test_a_speaker_is_seen_by_its_own_accounts_only(spotify: Caller) -> None:
    """Alex's phone is not in Sam's list and takes no command of Sam's."""
    phone = spotify.speaker("iphone")["id"]
    spotify.token = spotify.grant("sam")["access_token"]
    assert "Alex's iPhone" not in _listed(spotify)
    assert _transfer(spotify, phone) == 404
