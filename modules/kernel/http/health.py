"""The health of the process: asked by load balancers and orchestrators, without credentials.

`healthz` answers while the process can answer at all; an orchestrator restarts it otherwise.
`readyz` answers 200 only when requests can be served; a load balancer waits otherwise.
"""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.kernel.http.readiness import DatabaseState, readiness


class HealthSerializer(serializers.Serializer[Any]):
    """This is the body of a process that is up."""

    status = serializers.ChoiceField(["up"])


class ReadinessSerializer(serializers.Serializer[Any]):
    """This is the body of both answers of `readyz`."""

    status = serializers.ChoiceField(["ready", "not-ready", "draining"])
    databases = serializers.DictField(
        child=serializers.ChoiceField([state.value for state in DatabaseState])
    )


class HealthView(APIView):
    """This says that the process is up; it asks nothing else, so nothing else can fail it."""

    @extend_schema(
        operation_id="healthz",
        summary="Whether the process is up",
        responses=HealthSerializer,
        tags=["health"],
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "up"})


class ReadinessView(APIView):
    """This says whether requests can be served: databases reachable, migrations applied."""

    @extend_schema(
        operation_id="readyz",
        summary="Whether requests can be served",
        responses={
            200: ReadinessSerializer,
            503: OpenApiResponse(ReadinessSerializer, description="Some database is not ready."),
        },
        tags=["health"],
    )
    def get(self, request: Request) -> Response:
        answer = readiness()
        word = "ready" if answer.ready else "draining" if answer.draining else "not-ready"
        body = {"status": word, "databases": answer.databases}
        ok = status.HTTP_200_OK if answer.ready else status.HTTP_503_SERVICE_UNAVAILABLE
        return Response(ReadinessSerializer(body).data, status=ok)
