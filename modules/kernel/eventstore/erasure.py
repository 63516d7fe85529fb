"""Erasing a person: their key is destroyed, and what was readable beside the log is scrubbed.

The log, the snapshots and the scheduled messages become unreadable with the key. Elsewhere
is what was decrypted: in errors of messages set aside, which may quote it, in read models and
in sagas, which register themselves here (`on_erasure`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from django.db import transaction

from modules.kernel.contracts import ERASED
from modules.kernel.eventstore import personal
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.models import Message, OperatorAction, SetAside
from modules.kernel.messaging.writer_turn import writer_turn

#: ``scrub(subject) -> rows``: runs after the key is gone, and again whenever `erase` does.
Scrub = Callable[[str], int]

_scrubs: dict[str, Scrub] = {}

#: Shorter texts are found in every other word.
_SHORTEST_QUOTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """This is what an erasure did.

    Attributes:
        key_destroyed: False where there was none, or it had been destroyed before.
        errors: errors of messages set aside that quoted something and were scrubbed.
        rows: rows of read models and sagas that were scrubbed.
    """

    key_destroyed: bool
    errors: int
    rows: int


def on_erasure(name: str, scrub: Scrub) -> None:
    """This has `scrub` called for every person who is erased."""
    _scrubs[name] = scrub


def erase(subject: str, *, operator: str, reason: str) -> Erased:
    """This makes all that is personal of someone unreadable for good; run again, it goes on.

    Args:
        subject: as the field that marks name (`Personal.of`) has it.

    Raises:
        ValueError: no reason was given.
    """
    if not reason.strip():
        raise ValueError("say why: a person is erased with a reason only")
    quoted = _texts_of(subject)
    # First what quotes them: afterwards nobody could tell what to look for.
    errors = sum(_scrub_errors(database, subject, quoted) for database in databases())
    destroyed = personal.destroy(subject)
    rows = sum(scrub(subject) for scrub in _scrubs.values())
    OperatorAction.objects.using(personal.DATABASE).create(
        operator=operator,
        action="eventstore.erase",
        subject=personal.tag_of(subject),
        reason=reason,
    )
    return Erased(key_destroyed=destroyed, errors=errors, rows=rows)


def _texts_of(subject: str) -> set[str]:
    """This gives every personal text of someone that is still readable in the logs."""
    found: set[str] = set()
    token = f'"enc1:{personal.tag_of(subject)}:'
    names = [entry.contract.name for entry in message_classes() if entry.personal]
    keys = personal.SubjectKeys()
    for database in databases():
        rows = Message.objects.using(database).filter(name__in=names, data__contains=token)
        for data in rows.values_list("data", flat=True).iterator():
            # Only what the key opens: the rest of the message is not personal.
            for match in personal.tokens_in(data, subject):
                text = keys.open_text(match)
                if text is not None:
                    found.add(text)
    return found


def _scrub_errors(database: str, subject: str, quoted: set[str]) -> int:
    """This takes the texts out of errors; of a message with such texts, the whole error."""
    about = set(
        Message.objects.using(database)
        .filter(data__contains=f'"enc1:{personal.tag_of(subject)}:')
        .values_list("message_id", flat=True)
    )
    scrubbed = 0
    with writer_turn(database), transaction.atomic(using=database):
        for row in SetAside.objects.using(database).select_for_update().exclude(error=""):
            error = ERASED if row.message_id in about else _without(row.error, quoted)
            if error != row.error:
                row.error = error
                row.save(update_fields=["error"])
                scrubbed += 1
    return scrubbed


def _without(error: str, texts: set[str]) -> str:
    """This replaces the texts, also as `repr` and JSON write them: the longest first."""
    spellings = {
        spelling
        for text in texts
        if len(text) >= _SHORTEST_QUOTED
        for spelling in (text, repr(text)[1:-1], msgspec.json.encode(text).decode()[1:-1])
    }
    for spelling in sorted(spellings, key=len, reverse=True):
        error = error.replace(spelling, ERASED)
    return error
