"""The answer to what was taken in, and is done by and by: 202, and where that can be followed."""

from typing import Any

from rest_framework import status
from rest_framework.response import Response
from rest_framework.serializers import Serializer


def accepted(shape: type[Serializer[Any]], body: dict[str, Any]) -> Response:
    """This says in a front end's own shape that something was taken in.

    Args:
        body: with a ``status_url``, which is the `Location` as well.
    """
    return Response(
        shape(body).data,
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": body["status_url"]},
    )
