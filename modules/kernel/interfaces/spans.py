"""Spans of calls: made where somebody records, and where not, only the trace's ids go on.

A span costs as much as the rest of one side of a call. Where the trace is known and nobody has
said that it is recorded, a span would be thrown away: then there is none. For the same reason
``traceparent`` is written and read here, and not by OpenTelemetry's propagator.
Source: W3C Trace Context, version 00.
"""

import re
from contextlib import AbstractContextManager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags

_tracer = trace.get_tracer("quarry.interfaces")
_SENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class _NoSpan:
    """This is the block of a call without a span, in the trace that is current already."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


class _InTrace:
    """This is the block of a call without a span, in the trace of its caller."""

    __slots__ = ("_parent", "_token")

    def __init__(self, parent: Context) -> None:
        self._parent = parent

    def __enter__(self) -> None:
        self._token = context.attach(self._parent)

    def __exit__(self, *_: object) -> None:
        context.detach(self._token)


_NO_SPAN = _NoSpan()


def of_caller(name: str) -> AbstractContextManager[object]:
    """This is the block of a call that this process makes."""
    around = trace.get_current_span().get_span_context()
    if around.is_valid and not around.trace_flags.sampled:
        return _NO_SPAN
    return _tracer.start_as_current_span(name, kind=SpanKind.CLIENT)


def of_provider(name: str, traceparent: str | None) -> AbstractContextManager[object]:
    """This is the block of a call that this process answers, in the trace of its caller."""
    found = _SENT.fullmatch(traceparent) if traceparent else None
    if found is None:
        return _tracer.start_as_current_span(name, kind=SpanKind.SERVER)
    trace_id, span_id, flags = found.groups()
    sent = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    parent = trace.set_span_in_context(NonRecordingSpan(sent), Context())
    if sent.is_valid and not sent.trace_flags.sampled:
        return _InTrace(parent)
    return _tracer.start_as_current_span(name, context=parent, kind=SpanKind.SERVER)


def traceparent() -> str:
    """This gives the header for the present trace; empty where there is none."""
    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return ""
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}"
