"""``manage.py contracts``: the schema files, and what a change of them would break."""

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from modules.kernel.schemas.changes import changes
from modules.kernel.schemas.committed import documents_of_code, stale_files, write_files
from modules.kernel.schemas.consumers import installed_consumers
from modules.kernel.schemas.modes import Mode
from modules.kernel.schemas.releases import Unreadable, releases
from modules.kernel.schemas.report import as_json, kept, print_report
from modules.kernel.schemas.stored import upcast_by_code


class Command(BaseCommand):
    """This command ends with 1 where a contract has changed so that a consumer would break."""

    help = "Write the contracts' JSON Schemas, and check that no change breaks a consumer."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("generate", help="Write contracts/schemas/ of every module.")
        check = actions.add_parser("check", help="Compare the contracts with the released ones.")
        check.add_argument(
            "--against",
            default="",
            metavar="REV",
            help="git revision with the released contracts; by default where this branch left main",
        )
        check.add_argument(
            "--mode",
            type=Mode,
            choices=list(Mode),
            default=Mode.FULL_TRANSITIVE,
            help="how compatible messages must stay (default: %(default)s)",
        )
        check.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        documents = documents_of_code(settings.ROOT)
        if options["action"] == "generate":
            for one in write_files(documents, root=settings.ROOT):
                self.stdout.write(one.path)
            return
        stale = tuple(stale_files(documents, root=settings.ROOT))
        try:
            released = releases(settings.ROOT, options["against"])
        except Unreadable as error:
            raise CommandError(f"the released contracts cannot be read: {error}") from error
        found = tuple(
            changes(
                documents,
                released,
                installed_consumers(),
                mode=options["mode"],
                upcast=upcast_by_code,
            )
        )
        if options["json"]:
            report = as_json(found, stale, revision=released.revision)
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            # Django's wrapper has all that rich asks of a file, and is not declared as one.
            console = Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)
            print_report(found, stale, revision=released.revision, console=console)
        if not kept(found, stale):
            raise SystemExit(1)
