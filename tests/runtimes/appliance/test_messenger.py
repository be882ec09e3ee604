"""Notices on their way to people, through real HTTP."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from devices.mailbox import Mailbox
from spottypottysense.grants.model import Secret
from spottypottysense.notices.model import Notice
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.messenger import Messenger

NOTICE = Notice("n1", "user-1", Reason.RECONNECT, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Somebody's mailbox."""
    with Mailbox() as mailbox:
        yield mailbox


def messenger(*urls: str) -> Messenger:
    """Return a messenger for these addresses."""
    return Messenger(Secret("\n ".join(urls)) if urls else None, lambda subject: f"{subject}@example.com")


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged."""
    return [record.message for record in caplog.records]


def test_without_addresses_the_log_takes_it(caplog: pytest.LogCaptureFixture) -> None:
    """One line with the reason and its sentence."""
    assert messenger().deliver(NOTICE)
    (record,) = caplog.records
    assert (record.message, vars(record)["reason"]) == ("notice", Reason.RECONNECT)


def test_it_arrives(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    """Who it is about and what to do, at every address, and no address in the log."""
    caplog.set_level(logging.INFO)
    with Mailbox() as other:
        sender = messenger(mailbox.url("me:hush@"), other.url())
        assert sender.unusable() == ()
        assert sender.deliver(NOTICE)
        for box in (mailbox, other):
            (said,) = box.received
            assert said["message"].startswith("user-1@example.com: Spotify no longer accepts")
            assert said["title"] == "SpottyPottySense"
    assert "hush" not in caplog.text
    assert str(mailbox.port) not in caplog.text


def test_a_failure_is_logged_once_and_heals(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is delivered while the address fails; the log tells of it once, and of its end."""
    caplog.set_level(logging.INFO)
    sender = messenger(mailbox.url("me:hush@"))
    mailbox.fails = True
    assert [sender.deliver(NOTICE) for _ in range(3)] == [False] * 3
    assert messages(caplog) == ["notice", "a notice cannot be sent"]
    mailbox.fails = False
    assert sender.deliver(NOTICE)
    assert messages(caplog)[2:] == ["notices can be sent again"]
    assert "hush" not in caplog.text


def test_one_address_that_works_is_enough(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    """An address that nobody understands is named by its number, and keeps no other from working."""
    sender = messenger("nosuchthing://user:hush@host", mailbox.url())
    assert sender.unusable() == (1,)
    assert sender.deliver(NOTICE)
    assert len(mailbox.received) == 1
    assert "hush" not in caplog.text
    assert vars(caplog.records[-1])["address"] == 1
