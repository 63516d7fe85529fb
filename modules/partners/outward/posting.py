"""One POST to a host of somebody else's: to an address that was judged, and no further.

Redirects are not followed and the answer's body is not read: neither is of use, and either could
lead somewhere else or never end.
"""

import socket
from collections.abc import Mapping

import urllib3

from modules.partners.domain.addresses import Target, judged


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

    Raises:
        ForbiddenTarget: the host is none of the internet's.
        NotAnswered: it has no address, refuses, is silent, or has a bad certificate.
    """
    address = judged(_addresses_of(target), private_allowed=private_allowed)
    timeout = urllib3.Timeout(total=seconds)
    pool: urllib3.HTTPConnectionPool
    if target.scheme == "https":
        # To the judged address, and for the certificate of the host.
        pool = urllib3.HTTPSConnectionPool(
            address,
            target.port,
            timeout=timeout,
            server_hostname=target.host,
            assert_hostname=target.host,
            cert_reqs="CERT_REQUIRED",
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, target.port, timeout=timeout)
    told = {
        **headers,
        "Host": target.authority,
        "Content-Type": "application/json",
        "User-Agent": "Quarry-Webhooks/1",
    }
    try:
        with pool:
            response = pool.urlopen(
                "POST",
                target.path,
                body=body,
                headers=told,
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
            response.close()
    except urllib3.exceptions.TimeoutError as error:
        raise NotAnswered(f"it did not answer in {seconds:g} s") from error
    except urllib3.exceptions.SSLError as error:
        raise NotAnswered("its certificate is not valid for the host") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise NotAnswered("there was no connection, or it broke") from error
    return int(response.status)


def _addresses_of(target: Target) -> list[str]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAnswered("its host has no address") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))
