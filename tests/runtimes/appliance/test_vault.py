"""What is sealed opens with this key, for this user, client and purpose, and not otherwise."""

import base64
import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spottypottysense.errors import NeedsPerson, SpottyError, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.keys import Key
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


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"sword fish", b"c3dvcmRmaXNo\n", b"\xff\x00", b"0123456789abcdef " + b"QUFB" * 11 + b"\n"],
    ids=repr,
)
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


def key_lines(vault_file: Path) -> list[str]:
    """Return the lines of a key file."""
    return vault_file.read_text().splitlines()


def test_new_key_seals_and_old_one_opens(vault: Vault, tmp_path: Path) -> None:
    """After a key is added new secrets are sealed with it, and the older ones still open."""
    key_file = tmp_path / "spotty.key"
    before = vault.seal(Secret("swordfish"), *FOR_ANNA)
    vault.add_key()
    after = vault.seal(Secret("mackerel"), *FOR_ANNA)
    assert before[:8].hex() == key_lines(key_file)[1].split()[0]
    assert after[:8].hex() == key_lines(key_file)[0].split()[0]
    for opener in (vault, Vault(key_file)):
        assert opener.open(before, *FOR_ANNA) == Secret("swordfish")
        assert opener.open(after, *FOR_ANNA) == Secret("mackerel")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["spotty.key"]


def test_old_keys_are_forgotten(vault: Vault, tmp_path: Path) -> None:
    """After a rotation only the new key is left, and what an old one sealed opens no more."""
    key_file = tmp_path / "spotty.key"
    before = vault.seal(Secret("swordfish"), *FOR_ANNA)
    vault.add_key()
    vault.add_key()
    after = vault.seal(Secret("mackerel"), *FOR_ANNA)
    vault.forget_old_keys()
    assert len(key_lines(key_file)) == 1
    assert Vault(key_file).open(after, *FOR_ANNA) == Secret("mackerel")
    with pytest.raises(NeedsPerson, match="another key"):
        Vault(key_file).open(before, *FOR_ANNA)


def test_nothing_is_forgotten_without_a_new_key(vault: Vault, tmp_path: Path) -> None:
    """A vault that added no key forgets none, however many there are."""
    Vault(tmp_path / "spotty.key").add_key()
    vault.forget_old_keys()
    assert len(key_lines(tmp_path / "spotty.key")) == 2


def test_two_rotations_cross(vault: Vault, tmp_path: Path) -> None:
    """Who finishes a rotation never forgets the key of one that began later."""
    key_file = tmp_path / "spotty.key"
    other = Vault(key_file)
    vault.add_key()
    by_first = vault.seal(Secret("first"), *FOR_ANNA)
    other.add_key()
    vault.forget_old_keys()
    by_second = other.seal(Secret("second"), *FOR_ANNA)
    assert Vault(key_file).open(by_first, *FOR_ANNA) == Secret("first")
    assert Vault(key_file).open(by_second, *FOR_ANNA) == Secret("second")
    other.forget_old_keys()
    vault.forget_old_keys()
    assert len(key_lines(key_file)) == 1
    assert Vault(key_file).open(by_second, *FOR_ANNA) == Secret("second")


def test_other_process_is_followed(vault: Vault, tmp_path: Path) -> None:
    """A vault opens what another sealed with a newer key, seals with it from then on, and keeps the old."""
    before = vault.seal(Secret("swordfish"), *FOR_ANNA)
    other = Vault(tmp_path / "spotty.key")
    for _ in range(3):
        other.add_key()
        theirs = other.seal(Secret("mackerel"), *FOR_ANNA)
        other.forget_old_keys()
        assert vault.open(theirs, *FOR_ANNA) == Secret("mackerel")
        assert vault.seal(Secret("ours"), *FOR_ANNA)[:8] == theirs[:8]
    assert vault.open(before, *FOR_ANNA) == Secret("swordfish")


def test_file_of_the_first_version(tmp_path: Path) -> None:
    """A file that holds one key without an id is read, and keeps its key when another is added."""
    key_file = tmp_path / "spotty.key"
    key_file.write_bytes(base64.b64encode(b"k" * 32) + b"\n")
    key_file.chmod(0o600)
    vault = Vault(key_file)
    sealed = vault.seal(Secret("swordfish"), *FOR_ANNA)
    assert sealed[:8] == hashlib.sha256(b"k" * 32).digest()[:8]
    vault.add_key()
    assert Vault(key_file).open(sealed, *FOR_ANNA) == Secret("swordfish")
    assert len(key_lines(key_file)) == 2


def test_damaged_line_is_refused(vault: Vault, tmp_path: Path) -> None:
    """A key that is not what its id says is refused, instead of sealing with it."""
    key_file = tmp_path / "spotty.key"
    vault.add_key()
    lines = key_lines(key_file)
    key_file.write_text("\n".join([lines[0].split()[0] + " " + lines[1].split()[1], lines[1]]))
    with pytest.raises(SpottyError, match="holds no key"):
        Vault(key_file)


@pytest.mark.parametrize("harm", ["missing", "open", "spoilt"])
def test_file_that_goes_bad(vault: Vault, tmp_path: Path, harm: str) -> None:
    """Nothing is sealed while the key file is gone, open to others or spoilt; what is known still opens."""
    key_file = tmp_path / "spotty.key"
    sealed = vault.seal(Secret("swordfish"), *FOR_ANNA)
    good = key_file.read_bytes()
    if harm == "missing":
        key_file.unlink()
    else:
        Vault(key_file).add_key()
        good = key_file.read_bytes()
        key_file.write_bytes(good if harm == "open" else b"nonsense")
        key_file.chmod(0o644 if harm == "open" else 0o600)
    with pytest.raises(Unavailable) as caught:
        vault.seal(Secret("mackerel"), *FOR_ANNA)
    assert caught.value.reason is Reason.STORAGE_UNAVAILABLE
    with pytest.raises(Unavailable):
        vault.open(b"of another key" * 5, *FOR_ANNA)
    assert vault.open(sealed, *FOR_ANNA) == Secret("swordfish")
    key_file.write_bytes(good)
    key_file.chmod(0o600)
    assert vault.open(vault.seal(Secret("mackerel"), *FOR_ANNA), *FOR_ANNA) == Secret("mackerel")


def test_keys_are_added_side_by_side(vault: Vault, tmp_path: Path) -> None:
    """Eight that add keys at one moment lose none, and none is shown by the vault or its errors."""
    key_file = tmp_path / "spotty.key"
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault(key_file), range(8)))
        list(pool.map(lambda each: each.add_key(), vaults))
    assert len(set(key_lines(key_file))) == 9
    assert len({each.seal(Secret("swordfish"), *FOR_ANNA)[:8] for each in (vault, *vaults)}) == 1
    assert "secret" not in repr(Key.fresh())
