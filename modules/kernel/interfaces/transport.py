"""HTTP to other processes: kept-alive connections, shared by threads, a pool for each process.

urllib3, by measurement (docs/decisions/0012-urllib3-for-calls.md). It only moves bytes, and says
what became of them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

import urllib3
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, TimeoutError

from modules.kernel.interfaces.errors import AnswerLost, NotReached
from modules.kernel.resilience import AttemptTimedOut

#: Idle connections kept to each process; more are opened when more calls are under way.
_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """These are the files of mutual TLS; a path that is empty is not there.

    Attributes:
        authority: whose certificates of others are believed; the system's own where empty.
        certificate, key: this process's own, shown to others.
    """

    authority: str = ""
    certificate: str = ""
    key: str = ""


class Transport:
    """This sends calls to other processes."""

    def __init__(self, certificates: Certificates = Certificates()) -> None:
        self._certificates = certificates
        self._pools: dict[str, HTTPConnectionPool] = {}
        # A connection of the parent must not be used by two children at once.
        os.register_at_fork(after_in_child=self._pools.clear)

    def exchange(
        self,
        method: str,
        url: str,
        path: str,
        *,
        body: bytes | IO[bytes],
        headers: Mapping[str, str],
        seconds: float,
        preload: bool = True,
    ) -> urllib3.BaseHTTPResponse:
        """This sends a request once, and gives its response.

        Args:
            body: what is a file is sent as it is read, and needs a ``Content-Length``.
            preload: whether the response is read whole; else whoever reads it closes it.

        Raises:
            NotReached: there was no connection; nothing was sent.
            AnswerLost: the connection broke afterwards.
            AttemptTimedOut: there was no response in time.
        """
        pool = self._pools.get(url) or self._open(url)
        try:
            return pool.urlopen(
                method,
                path,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=seconds,
                preload_content=preload,
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise NotReached(f"no connection to {url}: {error}", url=url) from error
        except TimeoutError as error:
            raise AttemptTimedOut(f"{url}{path}: no answer in {seconds:.3f} s") from error
        except HTTPError as error:
            raise AnswerLost(f"{url}{path}: {error}", url=url) from error

    def close(self) -> None:
        """This closes the connections."""
        for pool in list(self._pools.values()):
            pool.close()
        self._pools.clear()

    def _open(self, url: str) -> HTTPConnectionPool:
        secured = {}
        if url.startswith("https:"):
            secured = {
                "cert_reqs": "CERT_REQUIRED",
                "ca_certs": self._certificates.authority or None,
                "cert_file": self._certificates.certificate or None,
                "key_file": self._certificates.key or None,
            }
        pool = urllib3.connection_from_url(url, maxsize=_KEPT, block=False, **secured)
        return self._pools.setdefault(url, pool)
