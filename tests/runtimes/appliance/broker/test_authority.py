import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from spottypottysense.clock import ManualClock
from spottypottysense.errors import Conflict, Invalid
from spottypottysense.runtimes.appliance.broker.authority import Authority, subject

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ["localhost", "127.0.0.1"]


def names_in(path: Path) -> set[str]:
    """Return the host names and addresses that a certificate speaks for."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_the_authority_is_made_once_and_privately(tmp_path: Path) -> None:
    """A second start finds the same authority; nobody else may read its key."""
    first = Authority(tmp_path).ca_file.read_bytes()
    assert Authority(tmp_path).ca_file.read_bytes() == first
    assert stat.S_IMODE((tmp_path / "pki").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "pki").iterdir()}
    assert modes == {0o600}


def test_a_sensor_gets_a_certificate_for_one_year_of_connecting(tmp_path: Path) -> None:
    """Subject, usage and life are exactly what the broker and the documentation rely on."""
    issued = Authority(tmp_path, ManualClock(NOW)).sensor("bath_1")
    certificate = x509.load_pem_x509_certificate(issued.certificate)
    assert subject(certificate) == f"CN=bath_1,OU={issued.certificate_id}"
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert certificate.not_valid_before_utc == NOW - timedelta(minutes=5)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=365)


@pytest.mark.parametrize("name", ["", "Bath", "a.b", "a/b", "a" * 65, "+", "#", "a b", "bath\n"])
def test_a_name_that_could_mean_something_else_is_refused(tmp_path: Path, name: str) -> None:
    """No wildcard, dot, slash or newline ever gets into a certificate."""
    with pytest.raises(Invalid):
        Authority(tmp_path).sensor(name)


def test_a_crash_between_key_and_certificate_is_completed(tmp_path: Path) -> None:
    """A key without its certificate was never used: the next start finishes the work with it."""
    Authority(tmp_path)
    key = (tmp_path / "pki" / "ca.key").read_bytes()
    (tmp_path / "pki" / "ca.pem").unlink()
    assert Authority(tmp_path).ca_file.exists()
    assert (tmp_path / "pki" / "ca.key").read_bytes() == key


@pytest.mark.parametrize(("name", "content"), [("ca.key", None), ("ca.key", b"x"), ("ca.pem", b"x")])
def test_a_damaged_authority_is_refused_and_left_alone(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    """A new authority would lock out every sensor, so a person has to decide."""
    Authority(tmp_path)
    path = tmp_path / "pki" / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(Conflict, match=r"damaged.*Restore .* from a backup"):
        Authority(tmp_path)
    assert content is None or path.read_bytes() == content


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    """Files of two backups were mixed."""
    other = Authority(tmp_path / "other").ca_file.read_bytes()
    Authority(tmp_path / "mine").ca_file.write_bytes(other)
    with pytest.raises(Conflict, match="another key"):
        Authority(tmp_path / "mine")


def test_the_server_certificate_follows_names_and_time(tmp_path: Path) -> None:
    """It is kept while it fits, and new when names change or two thirds of its life are over."""
    clock = ManualClock(NOW)
    authority = Authority(tmp_path, clock)
    path = authority.server(NAMES)
    first = path.read_bytes()
    clock.advance(timedelta(days=200))
    assert authority.server(reversed(NAMES)).read_bytes() == first
    assert names_in(authority.server([*NAMES, "hub.local"])) == {*NAMES, "hub.local"}
    second = path.read_bytes()
    clock.advance(timedelta(days=250))
    assert authority.server([*NAMES, "hub.local"]).read_bytes() not in (first, second)


def test_the_hub_keeps_its_certificate(tmp_path: Path) -> None:
    """The hub is known by the same subject from start to start, and never by a sensor's name."""
    path, name = Authority(tmp_path).hub()
    assert Authority(tmp_path).hub() == (path, name)
    assert name.startswith("CN=spotty.hub,OU=")
    path.write_bytes(b"torn")
    assert Authority(tmp_path).hub()[1] != name
