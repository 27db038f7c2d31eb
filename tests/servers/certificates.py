"""Authorities and the certificates that they sign, made in the test."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate, its private key and the certificate of who signed it, as PEM."""

    certificate: bytes
    key: bytes
    authority: bytes
    ends: datetime.datetime


@dataclass(frozen=True)
class Authority:
    """Who signs; `certificate` is what a client has to trust."""

    name: x509.Name
    private: ec.EllipticCurvePrivateKey
    certificate: bytes

    def sign(self, *hosts: str, lives: datetime.timedelta = DAY) -> Certificate:
        """A certificate for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        ends = (now + lives).replace(microsecond=0)
        names = x509.SubjectAlternativeName([_general(host) for host in hosts])
        built = _builder(_named(hosts[0]), self.name, key)
        signed = (
            built.not_valid_before(now - 3 * DAY)
            .not_valid_after(ends)
            .add_extension(names, critical=False)
            .sign(self.private, hashes.SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Certificate(signed.public_bytes(Encoding.PEM), private, self.certificate, ends)


@cache
def authority(name: str) -> Authority:
    """The authority of this name, the same for a whole run."""
    key, called = ec.generate_private_key(ec.SECP256R1()), _named(name)
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        _builder(called, called, key)
        .not_valid_before(now - 9 * DAY)
        .not_valid_after(now + 9 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(called, key, signed.public_bytes(Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
