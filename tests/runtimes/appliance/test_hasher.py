import pytest

from spottypottysense.runtimes.appliance.hasher import Argon2Hasher
from spottypottysense.secret import Secret

LIGHT = Argon2Hasher(memory_kib=64, passes=1)


def test_the_costs_are_in_the_text() -> None:
    """46 MiB and two passes, as argon2id; a salt of its own each time; the right password fits."""
    hasher = Argon2Hasher()
    kept = hasher.hashed(Secret("correct horse"))
    assert kept.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert hasher.matches(kept, Secret("correct horse"))
    assert not hasher.is_outdated(kept)
    assert LIGHT.hashed(Secret("x")) != LIGHT.hashed(Secret("x"))


def test_costs_of_other_days() -> None:
    """A password that was hashed with others still fits, and is known to be outdated."""
    kept = LIGHT.hashed(Secret("correct horse"))
    dearer = Argon2Hasher(memory_kib=128, passes=1)
    assert dearer.matches(kept, Secret("correct horse"))
    assert dearer.is_outdated(kept)


@pytest.mark.parametrize("text", ["", "Correct horse", "correct horse ", "ü" * 300, "\ud800", "\0"])
def test_other_passwords(text: str) -> None:
    """None fits, nor does any fit the decoy, which looks like what is kept."""
    kept, decoy = LIGHT.hashed(Secret("correct horse")), LIGHT.decoy()
    assert not LIGHT.matches(kept, Secret(text))
    assert not LIGHT.matches(decoy, Secret(text))
    assert len(decoy) == len(kept)
    assert not LIGHT.is_outdated(decoy)


def test_every_text_is_a_password() -> None:
    """Half a character and a NUL are compared like others."""
    for text in ("\ud800", "a\0b"):
        assert LIGHT.matches(LIGHT.hashed(Secret(text)), Secret(text))
        assert not LIGHT.matches(LIGHT.hashed(Secret(text)), Secret("a"))


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$v=19$m=64,t=1,p=1$damaged"])
def test_a_damaged_text_fits_nothing(kept: str) -> None:
    """It is a wrong password, not a crash."""
    assert not LIGHT.matches(kept, Secret("x"))
