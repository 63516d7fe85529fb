"""`manage.py readmodels`: see, rebuild and switch read models while they are read."""

import argparse
import dataclasses
import json
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from modules.kernel.contracts import Problem
from modules.kernel.readmodels import rebuild as rebuilding
from modules.kernel.readmodels import switching
from modules.kernel.readmodels.projection import Projection, projection, projections
from modules.kernel.readmodels.status import status

_EXAMPLES = """
  readmodels list                            what there is, and what it is made of
  readmodels status                          generations, lag in positions and seconds
  readmodels rebuild ordering.order_history  fill a new generation, compare, and switch
  readmodels rollback ordering.order_history read again what was read before
  readmodels verify ordering.order_history   compare with a fresh one, and change nothing
"""


class Command(BaseCommand):
    help = "See, rebuild and switch read models while they are read."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("list", help="the read models of this deployable")
        seen = actions.add_parser("status", help="generations, and how far each is behind")
        seen.add_argument("name", nargs="?", default="")
        for name, text in (
            ("rebuild", "fill a new generation beside the live one, compare, and switch"),
            ("switch", "read the generation that a rebuild has left ready"),
            ("rollback", "read again what was read before the last switch"),
            ("verify", "compare the live generation with a fresh one"),
        ):
            one = actions.add_parser(name, help=text)
            one.add_argument("name")
            if name in ("rebuild", "verify"):
                one.add_argument(
                    "--patience",
                    type=float,
                    default=60.0,
                    metavar="SECONDS",
                    help="how long older transactions are waited for",
                )
            if name == "rebuild":
                one.add_argument("--no-switch", action="store_true", help="only leave it ready")
                one.add_argument(
                    "--even-if-different",
                    action="store_true",
                    help="switch also where the live generation has other rows, or may have: "
                    "some that came of messages pruned since",
                )
        for action in actions.choices.values():
            action.add_argument("--json", action="store_true", help="for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except LookupError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(
                f"nothing was switched: {error}. Where a long query reads the view, end it or "
                "wait, and try again"
            ) from error
        except Problem as problem:
            raise CommandError(problem.detail) from problem

    def _list(self, options: dict[str, Any]) -> None:
        rows = [
            {
                "read_model": one.name,
                "version": one.version,
                "database": one.database,
                "tables": [table._meta.db_table for table in one.tables],
                "made_of": list(one.names),
            }
            for one in projections()
        ]
        self._show(rows, options)

    def _status(self, options: dict[str, Any]) -> None:
        if options["name"]:
            projection(options["name"])
        found = list(status(options["name"]))
        self._show([dataclasses.asdict(one) for one in found], options)
        for one in found:
            if one.needs_rebuild and not options["json"]:
                self.stdout.write(
                    f"{one.read_model}: version {one.version} is read, the code has {one.code}; "
                    f"run `manage.py readmodels rebuild {one.read_model}`"
                )

    def _rebuild(self, options: dict[str, Any]) -> None:
        rebuilt = self._built(
            projection(options["name"]),
            switch=not options["no_switch"],
            even_if_different=options["even_if_different"],
            patience_seconds=options["patience"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(rebuilt)))
            return
        equal = {True: "the same rows as", False: "other rows than", None: "another version than"}
        now = "it is read now" if rebuilt.switched else "it is ready: `readmodels switch` reads it"
        self.stdout.write(
            f"generation {rebuilt.number} has {equal[rebuilt.equal]} the one before "
            f"({rebuilt.digest}); {now}"
        )

    def _verify(self, options: dict[str, Any]) -> None:
        rebuilt = self._built(
            projection(options["name"]),
            switch=False,
            keep=False,
            patience_seconds=options["patience"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(rebuilt)))
        if rebuilt.equal is False:
            raise CommandError(
                f"{options['name']} has other rows than a fresh one ({rebuilt.digest}): rebuild it"
            )
        if not options["json"]:
            self.stdout.write(f"{options['name']} is what the log says ({rebuilt.digest})")

    def _switch(self, options: dict[str, Any]) -> None:
        self._switched(switching.switch(projection(options["name"])).number, options)

    def _rollback(self, options: dict[str, Any]) -> None:
        self._switched(switching.rollback(projection(options["name"])).number, options)

    def _switched(self, number: int, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"read_model": options["name"], "live": number}))
        else:
            self.stdout.write(f"{options['name']}: generation {number} is read now")

    def _built(self, one: Projection, **choices: Any) -> rebuilding.Rebuilt:
        console = Console(file=cast(IO[str], self.stderr), stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(
            *columns,
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as bar:
            task = bar.add_task(one.name, total=None)

            def report(progress: rebuilding.Progress) -> None:
                bar.update(
                    task,
                    description=f"{one.name}: {progress.phase}",
                    completed=progress.position,
                    total=progress.head or None,
                )

            return rebuilding.rebuild(one, report, **choices)

    def _show(self, rows: list[dict[str, Any]], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        if not rows:
            self.stdout.write("there are no read models")
            return
        table = Table()
        for heading in rows[0]:
            table.add_column(heading.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(
                *(
                    ", ".join(value) if isinstance(value, list) else str(value)
                    for value in row.values()
                )
            )
        Console(file=cast(IO[str], self.stdout), width=160).print(table)
