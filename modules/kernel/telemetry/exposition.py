"""This process's metrics as Prometheus reads them.

Where several processes stand behind one port, such as the workers of a web server or the
children of a Celery worker, `PROMETHEUS_MULTIPROC_DIR` names a folder in which they keep
their counts together; prometheus-client reads it when it is imported.
"""

import os

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.multiprocess import MultiProcessCollector


def exposition() -> bytes:
    """This gives the counts of this process, or of all that share its folder."""
    return generate_latest(_registry())


def serve(port: int) -> None:
    """This answers on a port of its own, for a process that serves no pages."""
    start_http_server(port, registry=_registry())


def _registry() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # it registers itself
    return together


__all__ = ["exposition", "serve", "CONTENT_TYPE"]
