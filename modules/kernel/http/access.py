"""Who may use a route: what the table says of it, against who asks.

Whose things somebody may see is not decided here: that is said by the module that owns them.
"""

from django.conf import settings

from modules.kernel.contracts import Forbidden, Principal, PrincipalKind
from modules.kernel.http.problems import BodyTooLarge, Unauthenticated
from modules.kernel.manifests import Audience, Route


class InsufficientScope(Forbidden):
    """This says which scopes a route needs; `scopes` has them."""

    code = "insufficient-scope"
    title = "The token gives no leave to do this"


class NotForYou(Forbidden):
    """This says that a route is for people of the house."""

    code = "not-for-you"


class UndeclaredRoute(Forbidden):
    """This says that a URL is in no manifest, and so is served to nobody."""

    code = "undeclared-route"


def check_size(route: Route, length: str | None) -> None:
    """This refuses a body that is too large, before it is read. Raises: BodyTooLarge."""
    if length and length.isdecimal() and int(length) > route.max_body_bytes:
        raise BodyTooLarge(
            f"a body has at most {route.max_body_bytes:,} bytes here", most=route.max_body_bytes
        )


def operator_without_login() -> Principal | None:
    """This gives who uses the pages for staff where nobody has to log in for them: a laptop."""
    if settings.QUARRY_CONSOLE_FOR_STAFF:
        return None
    return Principal(
        kind=PrincipalKind.OPERATOR, subject="operator", scopes=frozenset(settings.QUARRY_SCOPES)
    )


def check_access(route: Route, principal: Principal) -> None:
    """This refuses whoever the route is not for.

    Raises:
        Unauthenticated: it has not said who it is.
        InsufficientScope, NotForYou: it is known, and may not.
    """
    if route.audience is Audience.PUBLIC:
        return
    if principal.is_anonymous:
        raise Unauthenticated(f"this needs a token: Authorization: Bearer …{_where_to_get(route)}")
    if route.audience is Audience.SCOPES:
        if not principal.scopes.issuperset(route.scopes):
            raise InsufficientScope(
                f"this needs a token with the scope {' '.join(route.scopes)}", scopes=route.scopes
            )
    elif route.audience is not Audience.STAFF or principal.kind is not PrincipalKind.OPERATOR:
        raise NotForYou("this is for people of the house")


def _where_to_get(route: Route) -> str:
    """This ends the refusal with the command that prints a token, where that gives any out."""
    if route.audience is not Audience.SCOPES or not settings.QUARRY_TOKEN_COMMAND:
        return ""
    scopes = " ".join(route.scopes)
    return f'; `manage.py token --subject ME --scopes "{scopes}"` prints one'
