"""`manage.py eventstore`: verify the log, and erase a person."""

import argparse
import dataclasses
import getpass
import json
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from modules.kernel.eventstore import chain
from modules.kernel.eventstore.erasure import erase
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.operations import check_names

_EXAMPLES = """
  eventstore verify                      compare every log with its hash chain
  eventstore verify --expect DIGEST      … and with the digest that you kept
  eventstore erase cust-1 --reason R     make all that is personal of someone unreadable
"""


class Command(BaseCommand):
    help = "Verify the log, and erase a person."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        verify = actions.add_parser("verify", help="find rows changed, missing or added by hand")
        verify.add_argument("--log", default="", help="alias of one database; else all logs")
        verify.add_argument("--expect", default="", help="a digest that must be in the chain")
        erasing = actions.add_parser("erase", help="destroy the key of a person's data, for good")
        erasing.add_argument("subject", help="what names the person, for example a customer id")
        erasing.add_argument("--reason", required=True)
        for action in actions.choices.values():
            action.add_argument("--json", action="store_true", help="for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "erase":
            self._erase(**options)
        else:
            self._verify(**options)

    def _erase(self, *, subject: str, reason: str, **options: Any) -> None:
        try:
            erased = erase(subject, operator=getpass.getuser(), reason=reason)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(erased)))
            return
        key = "The key is destroyed" if erased.key_destroyed else "There was no key to destroy"
        self.stdout.write(
            f"{key}; {erased.rows} rows of read models and sagas and {erased.errors} errors of "
            "messages set aside were scrubbed."
        )

    def _verify(self, *, log: str, expect: str, **options: Any) -> None:
        try:
            check_names(log=log)
        except LookupError as error:
            raise CommandError(str(error)) from error
        verdicts = [self._verified(one, expect) for one in ([log] if log else databases())]
        if options["json"]:
            self.stdout.write(json.dumps([dataclasses.asdict(one) for one in verdicts], indent=2))
        else:
            for verdict in verdicts:
                self._show(verdict)
        if any(verdict.findings for verdict in verdicts):
            raise CommandError("the log is not what was sealed")

    def _verified(self, source: str, expect: str) -> chain.Verdict:
        # What has no seal yet cannot be told from what was changed: seal it before, not after.
        while chain.seal(source):
            pass
        verdict = chain.Verdict(database=source)
        console = Console(file=cast(IO[str], self.stderr), stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task(f"log in {source}", total=chain.sealed_until(source))
            for position in chain.verify(source, verdict, expect=expect):
                progress.update(task, completed=position)
        return verdict

    def _show(self, verdict: chain.Verdict) -> None:
        if verdict.findings:
            table = Table(title=f"Log in {verdict.database}")
            for heading in ("what", "position", "message", "detail"):
                table.add_column(heading, overflow="fold")
            for one in verdict.findings:
                table.add_row(one.what, str(one.position), one.message_id, one.detail)
            Console(file=cast(IO[str], self.stdout), width=140).print(table)
        found = f"{len(verdict.findings)} findings" if verdict.findings else "as it was sealed"
        pruned = f", {verdict.pruned} pruned since" if verdict.pruned else ""
        self.stdout.write(
            f"{verdict.database}: {verdict.rows} rows up to position {verdict.sealed}{pruned}: "
            f"{found}\n  digest {verdict.digest}"
        )
