"""`manage.py sagas`: see where sagas are, and settle those that cannot go on by themselves."""

import getpass
import json
from typing import IO, Any, cast

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from modules.kernel.contracts import Problem
from modules.kernel.sagas import operations, queries
from modules.kernel.sagas.state import SagaStatus

_EXAMPLES = """
A saga ends completed, compensated, or stuck; a stuck one waits for you.

  sagas list --status stuck                            what waits
  sagas show ordering.checkout ID                      its steps, and why it turned back
  sagas retry ordering.checkout ID STEP                ask for the stuck step, or its undo, again
  sagas settle ordering.checkout ID STEP --reason R    it was done by hand, or need not be
  sagas cancel ordering.checkout ID                    undo it, as long as that is possible
"""


class Command(BaseCommand):
    help = f"See where sagas are, and settle those that are stuck.\n{_EXAMPLES}"

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        listing = actions.add_parser("list", help="sagas, those that moved last first")
        listing.add_argument("--status", default="", choices=["", *SagaStatus])
        listing.add_argument("--limit", type=int, default=50)
        for name, text in (
            ("show", "one saga, step by step"),
            ("retry", "ask for a stuck step, or its undo, again"),
            ("settle", "say that a stuck step, or its undo, was done by hand; with a reason"),
            ("cancel", "undo a saga that has not passed its pivot"),
        ):
            one = actions.add_parser(name, help=text)
            one.add_argument("saga")
            one.add_argument("instance_id", metavar="ID")
            if name in ("retry", "settle"):
                one.add_argument("step")
            if name == "settle":
                one.add_argument("--reason", required=True)
        for action in actions.choices.values():
            action.add_argument("--json", action="store_true", help="for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console(file=cast(IO[str], self.stdout), width=160)
        try:
            getattr(self, f"_{options['action']}")(options)
        except (Problem, LookupError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        found = queries.sagas(status=options["status"], limit=options["limit"])
        if options["json"]:
            self._json(found)
        elif not found:
            self.console.print("there is no such saga")
        else:
            table = Table("saga", "id", "status", "since", "failure")
            for one in found:
                failure = one.state.failure.code if one.state.failure else ""
                since = f"{one.changed_at:%Y-%m-%d %H:%M:%S}"
                table.add_row(one.saga, one.instance_id, one.state.status, since, failure)
            self.console.print(table)

    def _show(self, options: dict[str, Any]) -> None:
        seen = queries.saga(**_named(options))
        if options["json"]:
            self._json(seen)
            return
        self.console.print(f"{seen.saga} {seen.instance_id}: {seen.state.status}")
        if seen.state.failure:
            failure = seen.state.failure
            self.console.print(f"turned back at {failure.step}: {failure.code}, {failure.detail}")
        table = Table("step", "status", "attempts", "asks for", "undone by")
        for step in queries.steps_of(seen):
            table.add_row(
                step.step.name,
                step.now.status,
                str(step.now.attempts),
                step.step.action,
                step.step.undo,
            )
        self.console.print(table)

    def _retry(self, options: dict[str, Any]) -> None:
        operations.retry(**_named(options), step=options["step"], operator=getpass.getuser())
        self._done(options, f"{options['step']} is asked for again")

    def _settle(self, options: dict[str, Any]) -> None:
        operations.settle(
            **_named(options),
            step=options["step"],
            operator=getpass.getuser(),
            reason=options["reason"],
        )
        self._done(options, f"{options['step']} is settled, and the saga goes on")

    def _cancel(self, options: dict[str, Any]) -> None:
        operations.cancel(**_named(options), operator=getpass.getuser())
        self._done(options, "it is being undone")

    def _done(self, options: dict[str, Any], said: str) -> None:
        if options["json"]:
            self._json({"done": said})
        else:
            self.console.print(said, highlight=False)

    def _json(self, value: object) -> None:
        self.stdout.write(json.dumps(msgspec.to_builtins(value), indent=2))


def _named(options: dict[str, Any]) -> dict[str, str]:
    return {"saga": options["saga"], "instance_id": options["instance_id"]}
