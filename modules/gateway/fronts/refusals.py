"""The problem details of a front end, as its OpenAPI document tells of them."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from modules.kernel.http import problems

Responses = dict[tuple[int, str], OpenApiResponse]


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem (RFC 9457). `code` is stable; members beside these are facts of the problem."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)


def refusal(status: int, description: str) -> Responses:
    """This is a response with a problem."""
    return {(status, problems.CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description)}


BAD_REQUEST = refusal(400, "The request is not valid; `errors` names the fields.")
NO_ORDER = refusal(404, "There is no such order of yours.")
NO_PRODUCT = refusal(404, "There is no such product.")
INVALID = refusal(422, "The request breaks a rule; `code` says which.")
#: What may be said of any request, before or instead of its answer.
ANYWHERE = {
    **refusal(401, "What says who you are is missing, or is not good."),
    **refusal(403, "You may not, or the token against forged requests is missing."),
    **refusal(429, "Too many requests; `Retry-After` says when to come back."),
    **refusal(503, "A required part cannot be had now; `part` says which."),
}
