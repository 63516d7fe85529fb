"""What all views of the web front end share: a session, and so protection from forged requests."""

from typing import Any

from rest_framework.authentication import CSRFCheck
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from modules.gateway.fronts.caller import FrontView

_READS = ("GET", "HEAD", "OPTIONS")


class WebView(FrontView):
    """This is a view for browsers."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # A browser sends its cookie whoever made it send the request; a token it does not.
        if request.method not in _READS and "Authorization" not in request.headers:
            _refuse_forged(request)


def _refuse_forged(request: Request) -> None:
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]  # it is never called
    check.process_request(request._request)
    if reason := check.process_view(request._request, None, (), {}):  # type: ignore[arg-type]  # no view exempts itself
        raise PermissionDenied(f"{reason} Send the cookie's token as X-CSRFToken.")
