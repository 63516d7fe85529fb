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
#: Contexts of traces that nobody records. One request asks many times, with one ``traceparent``.
_known: dict[str, Context] = {}
_REMEMBERED = 256
_SENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class _InTrace:
    """This is the block of a call without a span, in the trace of its caller."""

    __slots__ = ("_parent", "_token")

    def __init__(self, parent: Context) -> None:
        self._parent = parent

    def __enter__(self) -> None:
        self._token = context.attach(self._parent)

    def __exit__(self, *_: object) -> None:
        context.detach(self._token)


def around() -> tuple[str, bool]:
    """This gives ``traceparent`` of the present trace, and whether a call from here needs a span.

    It does where the trace is recorded, and where there is none: then the call begins one.
    """
    trace_id, span_id, _, flags, _, is_valid = trace.get_current_span().get_span_context()
    if not is_valid:
        return "", True
    return f"00-{trace_id:032x}-{span_id:016x}-{flags:02x}", flags.sampled


def of_caller(name: str) -> AbstractContextManager[object]:
    """This is the block of a call that this process makes, with a span."""
    return _tracer.start_as_current_span(name, kind=SpanKind.CLIENT)


def of_provider(name: str, traceparent: str | None) -> AbstractContextManager[object]:
    """This is the block of a call that this process answers, in the trace of its caller."""
    parent = _known.get(traceparent) if traceparent else None
    if parent is not None:
        return _InTrace(parent)
    found = _SENT.fullmatch(traceparent) if traceparent else None
    if traceparent is None or found is None:
        return _tracer.start_as_current_span(name, kind=SpanKind.SERVER)
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    sent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    parent = trace.set_span_in_context(NonRecordingSpan(sent), Context())
    if not sent.is_valid or sent.trace_flags.sampled:
        return _tracer.start_as_current_span(name, context=parent, kind=SpanKind.SERVER)
    if len(_known) >= _REMEMBERED:
        _known.clear()
    _known[traceparent] = parent
    return _InTrace(parent)
