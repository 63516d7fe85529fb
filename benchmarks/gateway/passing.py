"""Figures: what a read costs through the front door, beside the same view without and Envoy."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks import tokens
from benchmarks.gateway.envoy import envoy
from benchmarks.gateway.goods import Shopper
from benchmarks.gateway.load import Answered, ask
from benchmarks.gateway.options import Options
from benchmarks.gateway.serving import PLAN, WORKERS, django
from benchmarks.harness import Database, Figure, ratios, spread_of
from tests.services.brokers import running_redis
from tests.services.rule import ServiceMissing

_OF_THE_VIEW, _OF_ENVOY, _ADDED_MS = 0.75, 1.0, 0.35
_VIEW, _GATEWAY, _ENVOY = "the view alone", "the gateway", "Envoy"
_REDIS = "the gateway, counting in Redis"


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This asks each server in turn for one product: many at once, and one after another."""
    with ExitStack() as until:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
        url = until.enter_context(Database(server, "gateway")).url
        headers = tokens.bearer(folder, "catalog:write", plan=PLAN)
        gateway = until.enter_context(django(folder, url))
        bare = until.enter_context(django(folder, url, settings="benchmarks.gateway.bare"))
        servers = {
            _VIEW: bare,
            _GATEWAY: gateway,
            _ENVOY: until.enter_context(envoy(folder, bare, workers=WORKERS)),
        }
        try:
            redis = running_redis()
            servers[_REDIS] = until.enter_context(django(folder, url, {"QUARRY_LIMITS_URL": redis}))
        except ServiceMissing:
            pass  # No bar asks for it; without Redis its column is left out.
        path = Shopper(gateway, headers).put_on_sale("BENCH-1")
        asked = {name: f"{one}{path}" for name, one in servers.items()}
        for each in asked.values():  # Connections are made, and tokens are known.
            ask(each, headers=headers, connections=options.connections, seconds=1)
        many = _in_turns(asked, headers, options, connections=options.connections)
        one = _in_turns(asked, headers, options, connections=1)
    yield from _of_many(many, options)
    yield _of_one(one, options)


def _in_turns(
    asked: Mapping[str, str], headers: Mapping[str, str], options: Options, *, connections: int
) -> dict[str, list[Answered]]:
    """This asks each of the URLs in each round, in one direction and then in the other."""
    answered: dict[str, list[Answered]] = {name: [] for name in asked}
    for number in range(options.rounds):
        for name in list(asked)[:: -1 if number % 2 else 1]:
            answered[name].append(
                ask(
                    asked[name],
                    headers=headers,
                    connections=connections,
                    seconds=options.seconds,
                )
            )
    return answered


def _of_many(answered: Mapping[str, list[Answered]], options: Options) -> Iterator[Figure]:
    rates = {name: [one.requests_a_second for one in all_] for name, all_ in answered.items()}
    told = "; ".join(f"{name} {spread_of(each):.0f}" for name, each in rates.items())
    note = (
        f"requests/s: {told}; {options.connections} connections, {options.rounds} rounds of "
        f"{options.seconds} s, granian with {WORKERS} workers, one product from PostgreSQL"
    )
    for peer, bar, name in (
        (_VIEW, _OF_THE_VIEW, "a local read through the gateway against the same view without it"),
        (_ENVOY, _OF_ENVOY, "the same against Envoy in front of the same Django"),
    ):
        found = spread_of(ratios(rates, _GATEWAY, peer))
        in_redis = ""
        if _REDIS in rates:
            in_redis = f"; counting in Redis {spread_of(ratios(rates, _REDIS, peer)):.2f} ×"
        yield Figure(
            name=f"{name} (token and limit checked)",
            bar=f"≥ {bar:g} × its requests/s",
            measured=f"{found:.2f} ×{in_redis}",
            met=found.median >= bar,
            details={"requests a second": rates},
            note=note,
        )


def _of_one(answered: Mapping[str, list[Answered]], options: Options) -> Figure:
    p50 = {name: [one.p50_ms for one in all_] for name, all_ in answered.items()}
    added = {
        name: spread_of([mine - view for mine, view in zip(each, p50[_VIEW], strict=True)])
        for name, each in p50.items()
        if name != _VIEW
    }
    return Figure(
        name="p50 added by the gateway, one connection",
        bar=f"≤ {_ADDED_MS:g} ms",
        measured=f"{added[_GATEWAY]:.2f} ms",
        met=added[_GATEWAY].median <= _ADDED_MS,
        details={"p50 ms": p50},
        note="; ".join(f"{name} adds {more:.2f}" for name, more in added.items())
        + f" ms to {spread_of(p50[_VIEW]):.2f} ms",
    )
