"""`manage.py absorb MODULE`: take a module back for which the time to roll back is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.pace import SHARE, share
from modules.kernel.extraction.moving.showing import Screen, as_json, told_to_operator


class Command(BaseCommand):
    help = (
        "Move a module that `cutover … --finish` has let go back into this running deployable, "
        "with all its data: the same protocol in the other direction. Resume it with "
        "`manage.py cutover MODULE --resume`, or give it up with --abort there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("module", help="its name, such as payments")
        parser.add_argument(
            "--to-database",
            metavar="URL",
            default="",
            help="of the service, if the one of the move out had a password",
        )
        parser.add_argument(
            "--max-pause", metavar="SECONDS", type=float, default=5.0, help="(default: 5)"
        )
        parser.add_argument(
            "--share", type=share, default=SHARE, help="as of cutover (default: %(default)g)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON, for a script")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = operating.Wanted(
            module=options["module"],
            to_database=options["to_database"],
            max_pause_seconds=options["max_pause"],
            share=options["share"],
        )
        with told_to_operator(wanted.module), Screen(silent=options["json"]) as screen:
            record = operating.absorb(wanted, screen)
        described = operating.describe(record)
        self.stdout.write(as_json(described) if options["json"] else screen.said_at_end(described))
