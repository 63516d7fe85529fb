"""One POST to a host of somebody else's: to an address that was judged, and no further.

Redirects are not followed and the answer's body is not read: neither is of use, and either could
lead somewhere else or never end.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from threading import Event, Timer

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_match_hostname import CertificateError

from modules.partners.domain.addresses import Target, judged

_LATE = "it did not answer in {:g} s"


class NotAnswered(Exception):
    """This says that there was no answer; in words for the partner, who sees it."""


def post(
    target: Target,
    *,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    private_allowed: bool,
) -> int:
    """This posts JSON and gives the status of the answer.

    Args:
        seconds: for all of it, once the host's address is known.

    Raises:
        ForbiddenTarget: the host is none of the internet's.
        NotAnswered: it has no address, refuses, is silent, or has a bad certificate.
    """
    address = judged(_addresses_of(target), private_allowed=private_allowed)
    connection: HTTPConnection
    if target.scheme == "https":
        # To the judged address, and for the certificate of the host.
        connection = HTTPSConnection(
            address,
            target.port,
            timeout=seconds,
            server_hostname=target.host,
            assert_hostname=target.host,
            cert_reqs="CERT_REQUIRED",
        )
    else:
        connection = HTTPConnection(address, target.port, timeout=seconds)
    told = {
        **headers,
        "Host": target.authority,
        "Content-Type": "application/json",
        "User-Agent": "Quarry-Webhooks/1",
    }
    # A timeout of the connection's is for each read of it: an answer that comes byte by byte
    # would never be late.
    is_late = Event()
    deadline = Timer(seconds, _cut_off, [connection, is_late])
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", target.path, body=body, headers=told, preload_content=False)
        status = int(connection.getresponse().status)
    except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
        raise NotAnswered(_LATE.format(seconds)) from error
    except (ssl.SSLError, urllib3.exceptions.SSLError, CertificateError) as error:
        raise _not_answered(
            is_late, seconds, "its certificate is not valid for the host"
        ) from error
    except (HTTPException, urllib3.exceptions.HTTPError, OSError) as error:
        raise _not_answered(is_late, seconds, "there was no connection, or it broke") from error
    finally:
        deadline.cancel()
        connection.close()
    if is_late.is_set():
        # What was cut off in its headers is read as if they had ended there.
        raise NotAnswered(_LATE.format(seconds))
    return status


def _cut_off(connection: HTTPConnection, is_late: Event) -> None:
    is_late.set()
    if (opened := connection.sock) is not None:
        with suppress(OSError):
            # The socket's own: that of TLS would take its state from under who is reading.
            socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _not_answered(is_late: Event, seconds: float, reason: str) -> NotAnswered:
    return NotAnswered(_LATE.format(seconds) if is_late.is_set() else reason)


def _addresses_of(target: Target) -> list[str]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAnswered("its host has no address") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))
