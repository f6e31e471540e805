"""Certificates by which the parts of the embedded object store know each other, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vesicle.engines.folders import write_private
from vesicle.engines.system_user import SystemUser

LIFE = timedelta(days=3650)


def make_certificates(folder: Path, user: SystemUser | None) -> None:
    """ca.pem, cert.pem and key.pem in the folder, new at every start of the store; the authority's key is not kept."""
    now = datetime.now(UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vesicle engines")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "seaweedfs")])

    def begin(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + LIFE)
        )

    own = begin(authority, authority_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), True
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    leaf = begin(subject, key.public_key()).add_extension(names, False).add_extension(uses, False)
    for file, certificate in (("ca.pem", own), ("cert.pem", leaf)):
        write_private(folder / file, certificate.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM), user)
    write_private(folder / "key.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), user)
