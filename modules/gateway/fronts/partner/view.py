"""What all views of the partner front end share: a partner, known by its token."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from modules.kernel.http.principals import principal_of
from modules.kernel.http.problems import Unauthenticated


class PartnerView(APIView):
    """This is a view for partners."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.partner = principal_of(request._request).subject
        if not self.partner:
            raise Unauthenticated("partners show a token: Authorization: Bearer …")
