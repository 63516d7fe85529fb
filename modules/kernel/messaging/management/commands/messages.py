"""`manage.py messages`: see and settle what the log could not deliver."""

import argparse
import dataclasses
import getpass
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from modules.kernel.contracts import Problem
from modules.kernel.messaging import archive, inbox, operations, retention
from modules.kernel.messaging.inbox import Outcome
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.operations import SetAsideMessage
from modules.kernel.messaging.statistics import ConsumerStatistics, consumer_statistics, workers_of

_EXAMPLES = """
A message that keeps failing is parked with the later ones of its key; others go on.

  messages list                                   what is set aside
  messages show payments default 4711             one of them, with its error and data
  messages retry payments default 4711            try it again, all attempts before it
  messages drop payments default 4711 --reason R  give it up for this consumer
    --whole-key                                   and all else that it has set aside of that key
  messages stats                                  how far each consumer is
  messages replay ordering default --from 0       have a consumer go through the log again
"""


#: Columns of a terminal that the tables fit.
_WIDTH = 120


class Command(BaseCommand):
    help = "See and settle messages that could not be delivered."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        listing = actions.add_parser("list", help="messages set aside, oldest first")
        listing.add_argument("--consumer", default="")
        listing.add_argument("--state", default="", choices=["", "retrying", "waiting", "parked"])
        listing.add_argument("--limit", type=int, default=100)

        for name, text in (
            ("show", "one message, with its error and its data"),
            ("retry", "try a message again now, with all its attempts before it"),
            ("drop", "give a message up for one consumer; a reason is asked for"),
        ):
            one = actions.add_parser(name, help=text)
            one.add_argument("consumer")
            one.add_argument("log", help="alias of the database whose log it is in")
            one.add_argument("position", type=int)
            if name == "drop":
                one.add_argument("--reason", required=True)
                one.add_argument(
                    "--whole-key",
                    action="store_true",
                    help="with all others of its key that this consumer has set aside",
                )

        actions.add_parser("stats", help="lag, age and failures of each consumer")

        replay = actions.add_parser("replay", help="have a consumer go through the log again")
        replay.add_argument("consumer")
        replay.add_argument("log")
        replay.add_argument(
            "--from", dest="position", type=int, required=True, help="after this position"
        )

        keep = actions.add_parser("archive", help="write a stretch of a log to a file")
        keep.add_argument("log")
        keep.add_argument("file", type=Path)
        keep.add_argument("--after", type=int, default=0)

        restore = actions.add_parser("replay-archive", help="give a consumer an archive's messages")
        restore.add_argument("consumer")
        restore.add_argument("file", type=Path)

        prune = actions.add_parser("prune", help="delete old messages that nobody needs any more")
        prune.add_argument("log")
        prune.add_argument("--older-than-days", type=float, required=True)

        for action in actions.choices.values():
            action.add_argument("--json", action="store_true", help="for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        # Keys and errors are shown as they are: a bracket in them is no markup.
        self.console = Console(
            file=cast(IO[str], self.stdout), width=_WIDTH, markup=False, highlight=False
        )
        self.progress = Console(stderr=True)
        try:
            operations.check_names(consumer=options.get("consumer", ""), log=options.get("log", ""))
            getattr(self, f"_{options['action'].replace('-', '_')}")(options)
        except (Problem, LookupError, ValueError, OSError) as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        found = operations.set_aside(
            consumer=options["consumer"], state=options["state"], limit=options["limit"]
        )
        if options["json"]:
            self._json([_facts(one) for one in found])
        elif not found:
            self.console.print("nothing is set aside")
        else:
            table = _table("consumer", "log", "position", "state", "key", "message")
            for one in found:
                said = f"{one.name}\n{one.last_words}".strip()
                where = (one.consumer, one.source, str(one.position))
                table.add_row(*where, "\n".join(_state(one)), one.key, said)
            self.console.print(table)

    def _show(self, options: dict[str, Any]) -> None:
        message, event = operations.show(**_named(options))
        if options["json"]:
            self._json({**_facts(message), "event": event})
            return
        told = event or {"event": "it is not in the log any more"}
        for name, value in {**_facts(message), **told}.items():
            self.console.print(Text(f"{name}: ", style="bold").append(str(value), style="not bold"))

    def _retry(self, options: dict[str, Any]) -> None:
        one = operations.retry(**_named(options), operator=getpass.getuser())
        said = "it is due now; when `messages list` no longer has it, it went through"
        if not workers_of(database=one.database, consumer=one.consumer, source=one.source):
            said += (
                f". But no worker holds partitions of {one.consumer} now: under Celery that is so "
                "between two deliveries, else start one"
            )
        self._done(options, said)

    def _drop(self, options: dict[str, Any]) -> None:
        dropped = operations.drop(
            **_named(options),
            operator=getpass.getuser(),
            reason=options["reason"],
            whole_key=options["whole_key"],
        )
        self._done(
            options,
            f"{len(dropped)} dropped for this consumer, which were all that it had set aside of "
            f"the key {dropped[0].key}"
            if options["whole_key"]
            else "dropped for this consumer; the later ones of its key go on",
        )

    def _stats(self, options: dict[str, Any]) -> None:
        found = [_facts(one) for one in consumer_statistics()]
        columns = (
            *("consumer", "log", "head", "checkpoint", "lag", "oldest_seconds"),
            *("retrying", "waiting", "parked", "workers"),
        )
        if options["json"]:
            self._json(found)
        elif not found:
            self.console.print("no module handles messages")
        else:
            table = _table(*columns)
            for one in found:
                table.add_row(*(_cell(one[column]) for column in columns))
            self.console.print(table)
            self.console.print(
                "lag counts the messages that a consumer handles; head and checkpoint count all"
            )

    def _replay(self, options: dict[str, Any]) -> None:
        operations.replay(**_named(options), operator=getpass.getuser())
        self._done(options, f"{options['consumer']} goes on after position {options['position']}")

    def _archive(self, options: dict[str, Any]) -> None:
        log, after, file = options["log"], options["after"], options["file"]
        until = open_log(log).head()
        with Progress(console=self.progress) as progress:
            task = progress.add_task("writing", total=until - after)
            for position in archive.archive(log, file, after=after, until=until):
                progress.update(task, completed=position - after)
        # Not after + 1: what was pruned is in no log, and so not in the file.
        first = next(archive.read_archive(file), None)
        if first is None:
            self._done(options, f"the log holds nothing after position {after}: {file} is empty")
        else:
            self._done(options, f"positions {first.position} to {until} are in {file}")

    def _replay_archive(self, options: dict[str, Any]) -> None:
        outcomes = list(archive.replay_archive(options["consumer"], options["file"]))
        new = outcomes.count(Outcome.RECEIVED)
        self._done(options, f"{new} messages given, {len(outcomes) - new} had been before")

    def _prune(self, options: dict[str, Any]) -> None:
        age = timedelta(days=options["older_than_days"])
        deleted = sum(retention.prune(options["log"], older_than=age))
        # What stands in the log is told apart there; no broker brings what is older than this.
        inbox.prune(options["log"], older_than=max(age, inbox.KEPT))
        self._done(options, f"{deleted} messages deleted")

    def _done(self, options: dict[str, Any], said: str) -> None:
        if options["json"]:
            self._json({"done": said})
        else:
            self.console.print(said)

    def _json(self, value: object) -> None:
        self.stdout.write(json.dumps(value, default=str, indent=2))


def _named(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "consumer": options["consumer"],
        "source": options["log"],
        "position": options["position"],
    }


def _facts(row: SetAsideMessage | ConsumerStatistics) -> dict[str, Any]:
    """This gives all that is known of a row, with the log called as the arguments call it."""
    facts = dataclasses.asdict(row)
    return {"log" if name == "source" else name: value for name, value in facts.items()}


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "key")
    return table


def _state(one: SetAsideMessage) -> Iterator[str]:
    yield one.state
    if one.attempts:
        yield f"{one.attempts} attempt" + ("s" if one.attempts > 1 else "")
    if one.state == "retrying":
        yield f"due {one.due_at:%H:%M:%S}"


def _cell(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
