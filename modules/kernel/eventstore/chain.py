"""A hash chain over the log: a row changed, taken out or slipped in by hand is found and named.

Chaining in the append would have every writer wait for the one before. So a sealer follows
the log, and seals what has its position in blocks: a digest of each row, and one over all
digests and the block before. Who can write to the log can write to the blocks as well, so an
auditor keeps the last digest elsewhere (`verify(expect=…)`).

Source: S. Haber and W. S. Stornetta, "How to Time-Stamp a Digital Document" (1991).
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from modules.kernel.eventstore.models import ChainBlock
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import OperatorAction
from modules.kernel.messaging.retention import PRUNED
from modules.kernel.messaging.writer_turn import writer_turn

#: Position, message id, whether it is of a stream (and so never pruned), digest.
ENTRY = struct.Struct(">q16s?16s")

#: Rows in a block at the most.
BLOCK = 2_000

#: How long rows may wait to be sealed while a block is not full.
_SEAL_SECONDS = 0.2
_IDLE_SECONDS = 1.0

_START = b"\0" * 32
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """This is one thing that is not as it was sealed.

    Attributes:
        what: changed, missing, added, or chain (the seals themselves were changed).
        position: of the row; of the block's last row for ``chain``.
        message_id: of the row; empty for ``chain``.
        detail: in words.
    """

    what: str
    position: int
    message_id: str
    detail: str


@dataclass(slots=True, kw_only=True)
class Verdict:
    """This is what a verification found.

    Attributes:
        sealed: the position up to which the log is sealed.
        head: the last position of the log.
        rows: how many rows were compared.
        pruned: rows that retention has deleted since.
        digest: over everything sealed, as hex; to be kept elsewhere.
    """

    database: str
    sealed: int = 0
    head: int = 0
    rows: int = 0
    pruned: int = 0
    digest: str = ""
    findings: list[Finding] = field(default_factory=list)


class Sealer:
    """This seals one log as it grows; any number of processes may try."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.idle_seconds = _IDLE_SECONDS
        self._next_at = 0.0

    def step(self) -> int:
        now = time.monotonic()
        if now < self._next_at:
            # What has come since is sealed then, whether or not more comes.
            self.idle_seconds = self._next_at - now
            return 0
        self.idle_seconds = _IDLE_SECONDS
        sealed = seal(self.source)
        if sealed < BLOCK:
            self._next_at = now + _SEAL_SECONDS
        return sealed

    def close(self) -> None:
        """There is nothing to give up."""


def seal(source: str) -> int:
    """This seals one block of what is not sealed yet, and gives its number of rows."""
    last = ChainBlock.objects.using(source).order_by("-last_pos").first()
    after, previous = (last.last_pos, bytes(last.digest)) if last else (0, _START)
    found, until = open_log(source, kept_in=source).read(
        after=after, names=None, parts=None, limit=BLOCK
    )
    if until <= after:
        return 0
    rows = b"".join(_entry(envelope) for envelope in found)
    block = ChainBlock(
        last_pos=until,
        after_pos=after,
        previous=previous,
        rows=rows,
        digest=_chained(previous, after, until, rows),
    )
    try:
        with writer_turn(source), transaction.atomic(using=source):
            block.save(using=source, force_insert=True)
    except IntegrityError:
        return 0  # Another process has sealed it.
    return len(found)


def verify(source: str, verdict: Verdict, *, expect: str = "") -> Iterator[int]:
    """This compares the log with its seals, and yields the position that it has reached.

    Args:
        verdict: filled while it goes on.
        expect: a digest that an earlier verification gave; it must still be in the chain.
    """
    verdict.head = open_log(source, kept_in=source).head()
    previous, after, met = _START, 0, not expect
    pruned = _Pruned(source)
    for block in ChainBlock.objects.using(source).order_by("last_pos").iterator(chunk_size=20):
        rows, digest = bytes(block.rows), bytes(block.digest)
        if (
            block.after_pos != after
            or bytes(block.previous) != previous
            or digest != _chained(previous, after, block.last_pos, rows)
        ):
            verdict.findings.append(
                Finding(
                    what="chain",
                    position=block.last_pos,
                    message_id="",
                    detail=f"the seal of positions {after + 1} to {block.last_pos} does not "
                    "follow from the one before: it was changed, or one before it is missing",
                )
            )
        _compare(source, block, verdict, pruned)
        previous, after = digest, block.last_pos
        met = met or digest.hex() == expect
        yield block.last_pos
    verdict.sealed, verdict.digest = after, previous.hex()
    if not met:
        verdict.findings.append(
            Finding(
                what="chain",
                position=after,
                message_id="",
                detail=f"the digest {expect} is not in the chain: it was written anew since",
            )
        )


def needs_nothing(source: str) -> None:
    """This lets retention delete what is not sealed yet: nobody will miss it afterwards."""


def sealed_until(source: str) -> int:
    """This gives the last position that is sealed."""
    found = ChainBlock.objects.using(source).order_by("-last_pos").first()
    return found.last_pos if found else 0


class _Pruned:
    """This knows what retention has deleted, also while the log is compared."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._until = 0

    def __contains__(self, position: int) -> bool:
        if position > self._until:
            # Retention notes it beforehand, so who misses a row finds the note.
            self._until = pruned_until(self._source)
        return position <= self._until


def _compare(source: str, block: ChainBlock, verdict: Verdict, pruned: _Pruned) -> None:
    there = {one.position: one for one in _read(source, block.after_pos, block.last_pos)}
    for position, identity, is_stream, digest in ENTRY.iter_unpack(bytes(block.rows)):
        envelope = there.pop(position, None)
        verdict.rows += 1
        if envelope is None:
            if not is_stream and position in pruned:
                verdict.pruned += 1
                continue
            what, detail = "missing", "the row was sealed, and is not there any more"
        elif _digest(envelope) != digest:
            what = "changed"
            detail = f"the row of {envelope.name} is not what was sealed"
            if envelope.stream:
                detail += f" (stream {envelope.stream}, version {envelope.stream_version})"
        else:
            continue
        verdict.findings.append(
            Finding(
                what=what, position=position, message_id=str(UUID(bytes=identity)), detail=detail
            )
        )
    verdict.findings += [
        Finding(
            what="added",
            position=position,
            message_id=str(envelope.message_id),
            detail=f"a row of {envelope.name} stands where none was when this was sealed",
        )
        for position, envelope in there.items()
    ]


def _read(source: str, after: int, until: int) -> Iterator[Envelope]:
    log = open_log(source, kept_in=source)
    while after < until:
        found, after = log.read(after=after, names=None, parts=None, limit=BLOCK)
        yield from (envelope for envelope in found if envelope.position <= until)


def _entry(envelope: Envelope) -> bytes:
    return ENTRY.pack(
        envelope.position,
        envelope.message_id.bytes,
        envelope.stream is not None,
        _digest(envelope),
    )


def _digest(envelope: Envelope) -> bytes:
    return hashlib.sha256(_encoder.encode(_facts(envelope))).digest()[:16]


def _facts(envelope: Envelope) -> Sequence[object]:
    return (
        envelope.position,
        envelope.message_id,
        envelope.source,
        envelope.name,
        envelope.schema_version,
        envelope.key,
        envelope.stream,
        envelope.stream_version,
        envelope.data,
        sorted(envelope.headers.items()),
        envelope.recorded_at,
        envelope.effective_at,
    )


def _chained(previous: bytes, after: int, until: int, rows: bytes) -> bytes:
    return hashlib.sha256(previous + struct.pack(">qq", after, until) + rows).digest()


def pruned_until(source: str) -> int:
    """This gives the position up to which retention has deleted what is of no stream."""
    subjects = (
        OperatorAction.objects.using(source).filter(action=PRUNED).values_list("subject", flat=True)
    )
    return max((int(subject.rpartition(":")[2]) for subject in subjects), default=0)
