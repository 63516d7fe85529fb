"""What views of the web and mobile front ends share: who asks, as the edge has found out."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from modules.kernel.http.principals import principal_of


class FrontView(APIView):
    """This is a view of a front end for customers.

    Attributes:
        customer_id: of whoever asks; empty for who has none yet.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.customer_id = principal_of(request).subject
