"""Mutual TLS: with certificates configured each side sees the other's, or there is no call."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from modules.kernel.interfaces import AnswerLost, NotReached, RemoteCallError
from modules.kernel.interfaces.transport import Certificates, Transport

_VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_VALID_FOR = timedelta(days=36_500)


class Authority:
    """This is a certificate authority that writes what it signs into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.path = folder / f"{name}.pem"
        basic = x509.BasicConstraints(ca=True, path_length=0)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        built = self._build(self.name, self.key).add_extension(basic, critical=True)
        signed = built.add_extension(usage, critical=True).sign(self.key, hashes.SHA256())
        self.path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[str, str]:
        """This gives the paths of a certificate for 127.0.0.1 and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        built = self._build(subject, key).add_extension(names, critical=False)
        signed = built.add_extension(issuer_key, critical=False).sign(self.key, hashes.SHA256())
        certificate, private = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(certificate), str(private)

    def _build(self, subject: x509.Name, key: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_VALID_FROM)
            .not_valid_after(_VALID_FROM + _VALID_FOR)
        )


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads along."""


class _Server(ThreadedWSGIServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A handshake that was refused is what these tests are about."""


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    """A server that shows a certificate of the authority, and asks for one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("provider"))
    context.load_verify_locations(authority.path)
    context.verify_mode = ssl.CERT_REQUIRED
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.daemon_threads = True
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def call(url: str, certificates: Certificates) -> bytes:
    transport = Transport(certificates)
    try:
        return transport.exchange("POST", url, "/", body=b"", headers={}, seconds=5).data
    finally:
        transport.close()


def test_a_call_with_certificates_of_one_authority_is_answered(
    url: str, authority: Authority
) -> None:
    certificate, key = authority.issue("caller")
    believed = Certificates(authority=str(authority.path), certificate=certificate, key=key)
    assert call(url, believed) == b"ok"


def test_a_provider_of_another_authority_is_not_believed(
    url: str, authority: Authority, tmp_path: Path
) -> None:
    certificate, key = authority.issue("caller")
    other = Authority(tmp_path, "other")
    with pytest.raises(RemoteCallError, match="CERTIFICATE_VERIFY_FAILED"):
        call(url, Certificates(authority=str(other.path), certificate=certificate, key=key))


def test_a_caller_without_a_certificate_is_not_answered(url: str, authority: Authority) -> None:
    with pytest.raises((AnswerLost, NotReached)):
        call(url, Certificates(authority=str(authority.path)))


def test_a_caller_of_another_authority_is_not_answered(
    url: str, authority: Authority, tmp_path: Path
) -> None:
    certificate, key = Authority(tmp_path, "other").issue("intruder")
    intruder = Certificates(authority=str(authority.path), certificate=certificate, key=key)
    with pytest.raises((AnswerLost, NotReached)):
        call(url, intruder)
