"""What goes wrong with an app or a user is told once, to a real mailbox, and no user pays for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.device import eventually
from devices.mailbox import Mailbox
from e2e.living import Living, make_due
from e2e.terminal import Terminal
from spottypottysense.api.overview import overview
from spottypottysense.errors import NeedsPerson
from spottypottysense.grants.model import GrantState
from spottypottysense.reasons import Reason
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET, OWNER, REDIRECT_URIS
from spottypottysense.simulator.remote import Remote


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """The operator's mailbox."""
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def home(tmp_path: Path, spotify: Remote, mailbox: Mailbox) -> Iterator[Living]:
    """A furnished house that stands still and writes to the mailbox."""
    living = Living(tmp_path / "data", spotify, SPOTTY_NOTIFY_URLS=mailbox.url())
    try:
        yield living
    finally:
        living.stop()


def change_secret(spotify: Remote, secret: str) -> None:
    """Give the app another secret at Spotify."""
    spotify.post("apps", client_id=CLIENT_ID, secret=secret, redirect_uris=list(REDIRECT_URIS))


def states(home: Living) -> set[GrantState]:
    """Return the states of all grants."""
    core = home.house.core
    grants = [core.grants.state_of(user.id) for user in core.accounts.users(home.household)]
    return {grant.state for grant in grants if grant}


def token_calls(spotify: Remote) -> int:
    """Return how often the token endpoint was asked."""
    return sum(each["path"] == "/api/token" for each in spotify.requests())


def test_a_wrong_client_secret_costs_no_user(home: Living, mailbox: Mailbox) -> None:
    """Nobody is dead, the operator is told once, Spotify is left alone; the right one mends it."""
    core = home.house.core
    change_secret(home.spotify, "another")
    make_due(home.house)
    before = token_calls(home.spotify)
    for _ in range(3):
        core.grants.refresh_due()
        core.notices.deliver_pending()
    assert token_calls(home.spotify) - before <= 2
    assert states(home) == {GrantState.WORKING}
    (said,) = mailbox.received
    assert said["message"].startswith(f"Spotify app {CLIENT_ID}: Client id or client secret are wrong")
    (shown,) = overview(core, home.house.clock.now()).notices
    assert shown.startswith(said["message"])
    change_secret(home.spotify, CLIENT_SECRET)
    home.stop()
    home.restart()
    make_due(home.house)
    assert home.house.core.grants.refresh_due().errors == ()
    assert eventually(lambda: home.house.core.notices.unsettled() == ())
    assert len(mailbox.received) == 1


def test_a_notice_waits_for_its_mailbox(home: Living, mailbox: Mailbox) -> None:
    """What could not be sent is sent by the next appliance that runs."""
    mailbox.fails = True
    home.house.core.notices.tell(CLIENT_ID, Reason.APP_MISCONFIGURED)
    assert home.house.core.notices.deliver_pending() == 0
    mailbox.fails = False
    home.start()
    assert eventually(lambda: len(mailbox.received) == 1)
    assert eventually(lambda: all(each.delivered_at for each in home.house.core.notices.unsettled()))


def test_the_operator_sees_and_acknowledges(tmp_path: Path, spotify: Remote) -> None:
    """The list shows who and what; acknowledged, the doctor and the page speak of it no more."""
    terminal = Terminal(tmp_path / "data", spotify)
    assert "Nothing waits" in terminal.spotty("notices")[1]
    house = terminal.house()
    (household,) = house.core.accounts.households()
    (anna,) = house.core.accounts.users(household.id)
    house.core.notices.tell(anna.id, Reason.RECONNECT)
    (notice,) = house.core.notices.waiting()
    assert "anna@example.com: Spotify no longer" in overview(house.core, house.clock.now()).notices[0]
    house.close()
    shown = terminal.spotty("notices")[1]
    assert notice.id in shown
    assert "not yet" in shown
    assert "no longer accepts" in terminal.spotty("doctor")[1]
    assert terminal.spotty("notices", "--settle", notice.id)[0] == 0
    assert "no longer accepts" not in terminal.spotty("doctor")[1]
    assert terminal.spotty("notices", "--settle", "nothing")[0] == 1


def test_a_new_key(tmp_path: Path, spotify: Remote) -> None:
    """After `rotate-key` everything opens with the new key, and the old key file opens nothing."""
    terminal = Terminal(tmp_path / "data", spotify)
    assert terminal.connect(OWNER)[0] == 0
    key_file = tmp_path / "data" / "grants.key"
    old = key_file.read_bytes()
    code, said = terminal.spotty("rotate-key")
    assert (code, "1 grants are sealed with a new key" in said) == (0, True), said
    assert key_file.read_bytes() != old
    assert "Connected." in terminal.spotty("user", "list")[1]
    key_file.write_bytes(old)
    house = terminal.house()
    (household,) = house.core.accounts.households()
    (anna,) = house.core.accounts.users(household.id)
    with pytest.raises(NeedsPerson, match="another key"):
        house.core.grants.access_token_for(anna.id)
    house.close()


def test_the_doctor_names_addresses_that_are_none(tmp_path: Path, spotify: Remote) -> None:
    """By number, for an address holds a password."""
    terminal = Terminal(tmp_path / "data", spotify, SPOTTY_NOTIFY_URLS="nosuch://me:hush@host")
    code, said = terminal.spotty("doctor")
    assert (code, "Address 1 of SPOTTY_NOTIFY_URLS" in said) == (1, True)
    assert "hush" not in said
