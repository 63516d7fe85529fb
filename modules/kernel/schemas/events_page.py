"""``docs/events.md``: the catalogue of messages as a page, written with the schema files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from modules.kernel.schemas.event_catalogue import Entry

#: From the root of the repository.
PAGE = "docs/events.md"

_HEAD = """# Messages

Every event and command of the system: who publishes it, who consumes it, its fields, its
versions and an example. Written by `manage.py contracts generate`; do not edit. The running
system shows the same at `/console/contracts`, and as AsyncAPI 3 at `/api/asyncapi/`.
"""


def events_page(entries: Iterable[Entry]) -> str:
    """This gives the page's text."""
    parts = [_HEAD]
    for module, found in groupby(entries, key=lambda one: one.module):
        parts += [f"## {module}\n", *(part for one in found for part in _section(one))]
    return "\n".join(parts)


def _section(one: Entry) -> Iterator[str]:
    yield f"### {one.name} v{one.version}\n"
    if one.summary:
        yield f"{one.summary}\n"
    consumers = ", ".join(one.consumers) or "nobody here"
    versions = ", ".join(str(version) for version in one.versions)
    yield (
        f"{one.kind.capitalize()} · published by {', '.join(one.publishers)} · consumed by "
        f"{consumers} · ordered by `{one.key}` · versions {versions}\n"
    )
    yield "| field | type | default |\n| --- | --- | --- |"
    for field in one.fields:
        default = f"`{field.default}`" if field.default else ""
        yield f"| `{field.name}` | {field.kind} | {default} |"
    yield ""
    if one.example:
        yield f"```json\n{one.example}\n```\n"
