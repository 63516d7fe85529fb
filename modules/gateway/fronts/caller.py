"""Who asks at a front end: whoever the edge has found out, or the visitor of the shop's session."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from modules.gateway.web.visitor import visitor
from modules.kernel.http.principals import principal_of


def customer_of(request: Request) -> str:
    """This gives the id of the customer who asks; empty for one who has none yet."""
    return principal_of(request).subject or visitor(request._request).customer_id


class FrontView(APIView):
    """This is the base of what the front ends serve."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.customer_id = customer_of(request)
