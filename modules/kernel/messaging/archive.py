"""The log in files: one JSON envelope a line, gzip; written before pruning, replayed later."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import msgspec

from modules.kernel.messaging.attempts import handle
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.inbox import Outcome, receive
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.subscriptions import subscription
from modules.kernel.messaging.unit_of_work import database_of_module, unit_of_work
from modules.kernel.messaging.watch import Watch

_READ = 1_000
_decoder = msgspec.json.Decoder(Envelope)


class BadArchive(ValueError):
    """This says which line of which file is no envelope."""


def archive(source: str, path: Path, *, after: int, until: int) -> Iterator[int]:
    """This writes positions after … until to a file, and yields how far it is.

    The file appears under its name once it is whole.

    Raises:
        FileExistsError: there is one of the name. It may hold what was pruned since.
    """
    if path.exists():
        raise FileExistsError(
            f"{path} is there already, and may be all that is left of what was pruned: name "
            "another file, and leave out with --after what this one holds"
        )
    log = open_log(source)
    unfinished = path.with_name(f"{path.name}.part")
    with gzip.open(unfinished, "wb") as file:
        while after < until:
            found, after = log.read(after=after, names=None, parts=None, limit=_READ)
            for envelope in found:
                if envelope.position <= until:
                    file.write(msgspec.json.encode(envelope) + b"\n")
            yield min(after, until)
    unfinished.replace(path)


def read_archive(path: Path) -> Iterator[Envelope]:
    """This reads an archive back.

    Raises:
        BadArchive: a line is no envelope.
    """
    with gzip.open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield _decoder.decode(line)
            except msgspec.DecodeError as error:
                raise BadArchive(f"{path}, line {number}: {error}") from error


def replay_archive(consumer: str, path: Path) -> Iterator[Outcome]:
    """This gives a consumer the archive's messages that it handles, each once, in order.

    A message it has had from an archive before is passed over, so a replay that was
    interrupted can simply be run again.

    Raises:
        ValueError: the consumer calls out. Whom it calls knows a call that is made again by its
            key, for a while; what is in archives is older.
    """
    one = subscription(consumer)
    if calling := [name for name, handlers in one.handlers.items() if handlers[0].call]:
        raise ValueError(
            f"{consumer} calls out for {', '.join(calling)}: what is in an archive would be done "
            "again outside; an archive is for consumers that keep a copy"
        )
    database = database_of_module(one.module)
    for envelope in read_archive(path):
        if envelope.name in one.handlers:
            with unit_of_work(one.module):
                outcome = receive(database, consumer, envelope.message_id)
                if outcome is Outcome.RECEIVED:
                    handle(one, envelope, attempt=1, watch=Watch())
            yield outcome
