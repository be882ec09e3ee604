"""The house's own certificate authority: it says who the broker, the hub and each sensor are.

<data>/pki/            0700
  ca.key  ca.pem       made once, never overwritten; ca.pem is what a sensor trusts
  server.pem hub.pem   certificate and key in one file, so that a crash cannot part them
"""

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from spottypottysense import ids
from spottypottysense.clock import Clock, SystemClock
from spottypottysense.errors import Conflict
from spottypottysense.runtimes.appliance.files import locked, private_directory, write_private

HUB = "spotty.hub"
"""The hub's certificate name; its dot keeps it apart from every sensor id."""

_SKEW = timedelta(minutes=5)
_YEAR = timedelta(days=365)
_CA_LIFE = 30 * _YEAR
_HUB_LIFE = 10 * _YEAR


@dataclass(frozen=True)
class Issued:
    """A certificate that was made just now, with the only copy of its key."""

    certificate_id: str
    certificate: bytes
    key: bytes


class Authority:
    """Issues certificates from the key in `data_dir`, which it makes on first use.

    Raises `Conflict` if what lies there is damaged: a new authority would lock out every sensor.
    """

    def __init__(self, data_dir: Path, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._dir = private_directory(data_dir.absolute() / "pki")
        self.ca_file = self._dir / "ca.pem"
        with locked(self._dir / "lock"):
            self._key = self._own_key()
            self._certificate = self._own_certificate()

    def sensor(self, sensor_id: str) -> Issued:
        """Issue a sensor's certificate: one year, for connecting as a client only; raises `Invalid`."""
        return self._client(ids.sensor_id(sensor_id), _YEAR)

    def hub(self) -> tuple[Path, str]:
        """Return the hub's file and its subject; both are new when two thirds of its life are over."""
        path = self._dir / "hub.pem"
        with locked(self._dir / "lock"):
            if not self._still_good(path):
                issued = self._client(HUB, _HUB_LIFE)
                write_private(path, issued.certificate + issued.key)
        return path, subject(x509.load_pem_x509_certificate(path.read_bytes()))

    def server(self, names: Iterable[str]) -> Path:
        """Return the broker's file for these host names and addresses.

        It is new when the names changed or two thirds of its year are over.
        """
        wanted = sorted(set(names))
        path = self._dir / "server.pem"
        with locked(self._dir / "lock"):
            if not self._still_good(path, wanted):
                issued = self._server(wanted)
                write_private(path, issued.certificate + issued.key)
        return path

    def _own_key(self) -> ec.EllipticCurvePrivateKey:
        path = self._dir / "ca.key"
        if not path.exists():
            if self.ca_file.exists():
                raise self._damaged(f"{path} is missing")
            write_private(path, _pem(ec.generate_private_key(ec.SECP256R1())))
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as error:
            raise self._damaged(f"{path} cannot be read") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise self._damaged(f"{path} is not an EC key")
        return key

    def _own_certificate(self) -> x509.Certificate:
        if not self.ca_file.exists():
            write_private(self.ca_file, _pem(self._self_signed()))
        try:
            certificate = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        except ValueError as error:
            raise self._damaged(f"{self.ca_file} cannot be read") from error
        if certificate.public_key() != self._key.public_key():
            raise self._damaged(f"{self.ca_file} belongs to another key")
        return certificate

    def _damaged(self, what: str) -> Conflict:
        return Conflict(
            f"The house's certificate authority is damaged: {what}. Restore {self._dir} from a backup; or "
            "move it away to begin anew, and then give every sensor a new certificate."
        )

    def _self_signed(self) -> x509.Certificate:
        # The random part keeps two houses apart in a device's list of trusted authorities.
        name = _name(f"SpottyPottySense {secrets.token_hex(4)}")
        return (
            self._builder(name, name, self._key.public_key(), _CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _client(self, name: str, life: timedelta) -> Issued:
        certificate_id = secrets.token_hex(16)
        return self._issue(_name(name, certificate_id), life, ExtendedKeyUsageOID.CLIENT_AUTH, certificate_id)

    def _server(self, names: list[str]) -> Issued:
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        certificate_id = secrets.token_hex(16)
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        return self._issue(_name("spotty.broker", certificate_id), _YEAR, usage, certificate_id, alternatives)

    def _issue(
        self,
        name: x509.Name,
        life: timedelta,
        usage: x509.ObjectIdentifier,
        certificate_id: str,
        alternatives: x509.SubjectAlternativeName | None = None,
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            self._builder(name, self._certificate.subject, key.public_key(), life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        return Issued(certificate_id, _pem(builder.sign(self._key, hashes.SHA256())), _pem(key))

    def _builder(
        self, name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
    ) -> x509.CertificateBuilder:
        now = self._clock.now()
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + life)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(authority, critical=False)
        )

    def _still_good(self, path: Path, names: list[str] | None = None) -> bool:
        if not path.exists():
            return False
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
            certificate.verify_directly_issued_by(self._certificate)
        except Exception:
            return False
        return self._clock.now() < _renew_at(certificate) and (
            names is None or _names_in(certificate) == names
        )


def subject(certificate: x509.Certificate) -> str:
    """Return the whole subject as the broker spells it, `CN=<sensorId>,OU=<certificate id>` (RFC 4514)."""
    return certificate.subject.rfc4514_string()


def _name(common_name: str, certificate_id: str = "") -> x509.Name:
    # RFC 4514 spells a name back to front: what comes last here is written first.
    parts = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, certificate_id)] if certificate_id else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _names_in(certificate: x509.Certificate) -> list[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return sorted(str(name.value) for name in extension.value)


def _renew_at(certificate: x509.Certificate) -> datetime:
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return certificate.not_valid_before_utc + life * 2 / 3


def _pem(thing: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
