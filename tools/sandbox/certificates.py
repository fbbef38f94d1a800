"""The sandbox's own certificate authority: servers, and one client certificate for each user.

Keys are EC P-256, valid for two years, readable by their owner only, and removed by `make sandbox-down`.
"""

import datetime
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = datetime.timedelta(days=730)
SERVER_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


class Authority:
    """Certificates in one folder; what exists is kept, what is missing is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.certificate_file = folder / "ca.crt"
        key_file = folder / "ca.key"
        if not self.certificate_file.exists():
            key = _new_key(key_file)
            name = _name("spark-on-ack-sandbox", [])
            builder = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            _write(self.certificate_file, builder.sign(key, hashes.SHA256()).public_bytes(_PEM))
        self._key = _load_key(key_file)
        self._issuer = x509.load_pem_x509_certificate(self.certificate_file.read_bytes()).subject

    def issue(
        self, file_name: str, user: str, groups: list[str] | None = None, addresses: Sequence[str] = ()
    ) -> tuple[Path, Path]:
        """Certificate and key for `user` in `groups`, for a client and for a server on loopback and `addresses`."""
        certificate_file, key_file = self.folder / f"{file_name}.crt", self.folder / f"{file_name}.key"
        if not certificate_file.exists():
            names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
            names += [x509.IPAddress(ipaddress.ip_address(each)) for each in ("127.0.0.1", *addresses)]
            usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
            builder = (
                _builder(_name(user, groups or []), self._issuer, _new_key(key_file))
                .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
                .add_extension(x509.ExtendedKeyUsage(usages), False)
                .add_extension(x509.SubjectAlternativeName(names), False)
            )
            _write(certificate_file, builder.sign(self._key, hashes.SHA256()).public_bytes(_PEM))
        return certificate_file, key_file

    def service_account_key(self) -> tuple[Path, Path]:
        """Private and public key that sign and check service account tokens."""
        private, public = self.folder / "service-accounts.key", self.folder / "service-accounts.pub"
        if not public.exists():
            spki = serialization.PublicFormat.SubjectPublicKeyInfo
            _write(public, _new_key(private).public_key().public_bytes(_PEM, spki))
        return private, public


_PEM = serialization.Encoding.PEM


def _name(user: str, groups: list[str]) -> x509.Name:
    """Kubernetes reads the user from the common name and its groups from the organisations."""
    organisations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*organisations, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
    )


def _new_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    plain = serialization.NoEncryption()
    _write(file, key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain))
    return key


def _load_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 (we wrote it)
    return key


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, readable by its owner only."""
    part = file.with_suffix(file.suffix + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        output.write(content)
    part.rename(file)
