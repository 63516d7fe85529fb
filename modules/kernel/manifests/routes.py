"""Routes as a manifest declares them: what is served where, to whom, and under which limits.

The route table (`modules.kernel.http.route_table`) is made of all of them: the edge lets nothing
through that is not in it, and decides by what stands here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any


class RouteError(ValueError):
    """This says what is wrong with a route, and how to mend it."""


class Audience(StrEnum):
    """This tells who may use a route."""

    #: Everybody, also who has not said who they are.
    PUBLIC = "public"
    #: Whoever has all of the route's scopes.
    SCOPES = "scopes"
    #: People of the house, with a staff account.
    STAFF = "staff"
    #: What has a check of its own: probes, metrics, the protocol by which others get tokens.
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """This is one path of a module's HTTP interface, or some methods of it.

    Attributes:
        path: as a Django URL pattern, from the root, for example ``api/v1/orders/<order_id>``.
        methods: upper-case HTTP methods.
        audience: who may use it.
        scopes: all of which a principal needs, where the audience is `SCOPES`.
        shared: why nobody owns what its path names: then it is for all who have the scopes.
        limit: requests of one client, as in ``60/minute``; empty for what its plan says.
        timeout_seconds: how long the edge waits for the module's answer.
        max_body_bytes: of a request; what is larger is refused before it is read.
        retriable: whether a request may be sent again when its answer was lost.
        bff: the front ends that it is for (``web``, ``mobile``, ``partner``); none for the
            modules' own interface.
        deprecated: the day from which it should not be used any more.
        sunset: the day on which it will be gone.
        prefix: everything below the path as well: for what is no module's, such as Django's admin.
    """

    path: str
    methods: tuple[str, ...]
    audience: Audience | None = None
    scopes: tuple[str, ...] = ()
    shared: str = ""
    limit: str = ""
    timeout_seconds: float = 30.0
    max_body_bytes: int = 2_621_440
    retriable: bool = False
    bff: tuple[str, ...] = ()
    deprecated: date | None = None
    sunset: date | None = None
    prefix: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """This gives what each answer says of the route's end (RFC 9745, RFC 8594)."""
        said = {}
        if self.deprecated:
            said["Deprecation"] = f"@{int(_midnight(self.deprecated).timestamp())}"
        if self.sunset:
            said["Sunset"] = _midnight(self.sunset).strftime("%a, %d %b %Y 00:00:00 GMT")
        return said


_CONVERTER = re.compile(r"<\w+:")
_KNOWN = {field.name for field in fields(Route)}


def without_converters(path: str) -> str:
    """This gives ``orders/<order_id>`` for ``orders/<str:order_id>``."""
    return _CONVERTER.sub("<", path)


def read_route(said: Mapping[str, Any], *, place: str) -> Route:
    """This reads one ``[[routes]]`` of a manifest.

    Args:
        place: the manifest, for the message.

    Raises:
        RouteError: a key is missing, unknown, or contradicts another.
    """
    if "path" not in said or "methods" not in said:
        raise RouteError(f"{place}: a route needs 'path' and 'methods'")
    where = f"{place}: route /{said['path']}"
    if unknown := sorted(set(said) - _KNOWN):
        raise RouteError(f"{where}: unknown key {unknown[0]!r}; the keys are {sorted(_KNOWN)}")
    content: dict[str, Any] = {
        key: tuple(one) if isinstance(one, list) else one for key, one in said.items()
    }
    try:
        audience = Audience(said["audience"])
    except (KeyError, ValueError):
        raise RouteError(
            f"{where}: say who may use it: audience = {' or '.join(repr(str(a)) for a in Audience)}"
        ) from None
    if (audience is Audience.SCOPES) != bool(content.get("scopes")):
        raise RouteError(f"{where}: audience 'scopes' and a list of scopes belong together")
    for key in ("deprecated", "sunset"):
        # A datetime is a date to Python, and would be told wrongly.
        if key in said and type(said[key]) is not date:
            raise RouteError(f"{where}: {key} is a day, such as 2027-03-31, without quotes")
    route = Route(**content | {"audience": audience})
    if route.sunset and not (route.deprecated and route.deprecated <= route.sunset):
        raise RouteError(f"{where}: it is deprecated first, and its sunset comes afterwards")
    return route


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
