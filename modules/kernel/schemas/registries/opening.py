"""The registry at a URL."""

from __future__ import annotations

from urllib.parse import urlsplit

from modules.kernel.schemas.registries.port import Registry, RegistryUnavailable


def open_registry(url: str) -> Registry:
    """This opens ``http(s)://[user:password@]host/…``, Confluent's API, or ``glue://NAME?region=…``.

    Raises:
        RegistryUnavailable: there is no registry of that kind.
    """
    # Imported here: each client library takes its time, and one of them is enough.
    match urlsplit(url).scheme:
        case "http" | "https":
            from modules.kernel.schemas.registries.confluent import ConfluentRegistry

            return ConfluentRegistry(url)
        case "glue":
            from modules.kernel.schemas.registries.glue import GlueRegistry

            return GlueRegistry(url)
        case other:
            raise RegistryUnavailable(f"{other}:// is no registry; known: http, https, glue")
