"""What a process says: one JSON object a line for whatever collects it (`QUARRY_LOGS=json`), or
lines for people.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog


def log_text() -> None:
    """This has everything that is said through structlog come out as lines for people.

    As structlog has it by itself, but for tracebacks: with every local variable drawn in a box,
    one takes a tenth of a second, and when a database is away twenty threads say the same.
    """
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


def log_json() -> None:
    """This has everything that is said through structlog come out as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_WHEN_AND_HOW,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )


@contextmanager
def on_standard_error() -> Iterator[None]:
    """This keeps what is said inside out of standard output, which a script may read."""
    before = structlog.get_config()
    in_bytes = isinstance(before["logger_factory"], structlog.BytesLoggerFactory)
    structlog.configure(
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer)
        if in_bytes
        else structlog.PrintLoggerFactory(sys.stderr)
    )
    try:
        yield
    finally:
        structlog.configure(logger_factory=before["logger_factory"])


def json_lines() -> structlog.stdlib.ProcessorFormatter:
    """This is the formatter of what libraries say, which log as Python does."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_WHEN_AND_HOW,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


_WHEN_AND_HOW: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def _encoded(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)
