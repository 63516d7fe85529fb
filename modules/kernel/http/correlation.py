"""What a request sets off can be found again: one correlation id and one trace a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from modules.kernel.contracts import new_id
from modules.kernel.messaging.context import Causes, caused_by

_propagator = TraceContextTextMapPropagator()


class CorrelationMiddleware:
    """This gives the request a correlation id and a span, and tells the caller the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.tracer = trace.get_tracer("quarry.http")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        correlation_id = str(new_id())
        parent = _propagator.extract({"traceparent": request.headers.get("traceparent", "")})
        with (
            self.tracer.start_as_current_span(f"{request.method} {request.path}", context=parent),
            caused_by(Causes(correlation_id=correlation_id)),
        ):
            response = self.get_response(request)
        # One that was forwarded has the id under which the module that answered has worked.
        response.headers.setdefault("X-Correlation-Id", correlation_id)
        return response
