"""What is sealed opens with this key, for this user, client and purpose, and not otherwise."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spottypottysense.errors import NeedsPerson, SpottyError
from spottypottysense.grants.model import Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.vault import Vault

FOR_ANNA = ("anna", "client", "access")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with a fresh key."""
    return Vault(tmp_path / "spotty.key")


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip(vault: Vault, text: str) -> None:
    """Any text comes back, and the sealed bytes differ each time."""
    sealed = vault.seal(Secret(text), *FOR_ANNA)
    assert vault.open(sealed, *FOR_ANNA).reveal() == text
    assert sealed != vault.seal(Secret(text), *FOR_ANNA)


@pytest.mark.parametrize(
    "other", [("ben", "client", "access"), ("anna", "other", "access"), ("anna", "client", "refresh")]
)
def test_bound_to_its_owner(vault: Vault, other: tuple[str, str, str]) -> None:
    """What was sealed for one user, client id and purpose opens for no other."""
    sealed = vault.seal(Secret("swordfish"), *FOR_ANNA)
    with pytest.raises(NeedsPerson, match=f"grant of {other[0]} is damaged"):
        vault.open(sealed, *other)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_is_noticed(vault: Vault, data: st.DataObject) -> None:
    """A flipped bit or a missing end never opens, and the error shows nothing of the secret."""
    sealed = bytearray(vault.seal(Secret("swordfish"), *FOR_ANNA))
    place = data.draw(st.integers(0, len(sealed) - 1))
    if data.draw(st.booleans()):
        del sealed[place:]
    else:
        sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NeedsPerson) as caught:
        vault.open(bytes(sealed), *FOR_ANNA)
    assert caught.value.reason is Reason.RECONNECT
    assert "swordfish" not in f"{caught.value!r} {caught.value.__context__!r}"


def test_other_key(vault: Vault, tmp_path: Path) -> None:
    """With another key file the error names the file and both ways out."""
    sealed = vault.seal(Secret("swordfish"), *FOR_ANNA)
    with pytest.raises(NeedsPerson, match=r"other\.key: put that key file back, or connect Spotify again"):
        Vault(tmp_path / "other.key").open(sealed, *FOR_ANNA)


def test_key_stays(vault: Vault, tmp_path: Path) -> None:
    """A second start uses the key of the first; the file is its owner's alone and nothing lies beside it."""
    sealed = vault.seal(Secret("swordfish"), *FOR_ANNA)
    assert Vault(tmp_path / "spotty.key").open(sealed, *FOR_ANNA) == Secret("swordfish")
    assert [file.name for file in tmp_path.iterdir()] == ["spotty.key"]
    assert stat.S_IMODE((tmp_path / "spotty.key").stat().st_mode) == 0o600


def test_first_starts_at_once(tmp_path: Path) -> None:
    """Eight that start at one moment agree on one key, also in a directory that is new."""
    key_file = tmp_path / "new" / "spotty.key"
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault(key_file), range(8)))
    sealed = vaults[0].seal(Secret("swordfish"), *FOR_ANNA)
    assert all(vault.open(sealed, *FOR_ANNA) == Secret("swordfish") for vault in vaults)
    assert [file.name for file in key_file.parent.iterdir()] == ["spotty.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_open_door_is_refused(vault: Vault, tmp_path: Path, mode: int) -> None:
    """A key that others can get at is refused, with the command that mends it."""
    assert vault
    (tmp_path / "spotty.key").chmod(mode)
    with pytest.raises(SpottyError, match=r"run `chmod 600 .*spotty\.key`"):
        Vault(tmp_path / "spotty.key")


@pytest.mark.parametrize("content", [b"", b"sword fish", b"c3dvcmRmaXNo\n", b"\xff\x00"], ids=repr)
def test_no_key(tmp_path: Path, content: bytes) -> None:
    """A file without a key is refused, left as it is, and not quoted."""
    key_file = tmp_path / "spotty.key"
    key_file.write_bytes(content)
    key_file.chmod(0o600)
    with pytest.raises(SpottyError, match="holds no key: restore it from a backup") as caught:
        Vault(key_file)
    assert "sword fish" not in str(caught.value)
    assert key_file.read_bytes() == content


def test_place_that_cannot_be(tmp_path: Path) -> None:
    """A key file in a place that cannot be is refused in plain words."""
    (tmp_path / "file").touch()
    with pytest.raises(SpottyError, match="cannot be used"):
        Vault(tmp_path / "file" / "spotty.key")
