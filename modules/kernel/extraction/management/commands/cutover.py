"""`manage.py cutover MODULE`: move a running module into a service of its own."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.dry_run import dry_run
from modules.kernel.extraction.moving.ground import Shadowing
from modules.kernel.extraction.moving.pace import SHARE, share
from modules.kernel.extraction.moving.showing import (
    Screen,
    as_json,
    show_plan,
    show_status,
    told_to_operator,
)


class Command(BaseCommand):
    help = (
        "Move a module, with its tables, its messages and its deliveries, out of this running "
        "deployable into the service at --to-service, whose database is --to-database. Callers "
        "wait while it is switched, for about a second. Start the service first, with "
        "QUARRY_AWAITED_MODULES=MODULE. A mover that was killed is resumed (--resume) or given up "
        "(--abort). See docs/extraction.md."
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("module", help="its name, such as payments")
        parser.add_argument("--to-database", metavar="URL", default="", help="of the service")
        parser.add_argument("--to-service", metavar="URL", default="", help="where it answers")
        parser.add_argument("--broker", metavar="URL", default="", help="between the two")
        parser.add_argument(
            "--deployable",
            metavar="NAME",
            default="",
            help="QUARRY_DEPLOYABLE of the service (default: the module's name)",
        )
        parser.add_argument(
            "--max-pause",
            metavar="SECONDS",
            type=float,
            default=5.0,
            help="how long callers may wait; then they go on here, and nothing was switched "
            "(default: 5)",
        )
        parser.add_argument(
            "--share",
            type=share,
            default=SHARE,
            help="of the time in which it copies, and leaves the machine to others in the rest "
            "(default: %(default)g; 1 for as fast as it can)",
        )
        parser.add_argument(
            "--shadow",
            metavar="SECONDS",
            type=float,
            default=0.0,
            help="before callers wait, ask the service along for so long and compare the answers; "
            "a difference stops the move (default: not at all)",
        )
        parser.add_argument(
            "--shadow-percent",
            metavar="N",
            type=int,
            choices=range(1, 101),
            default=10,
            help="of the questions (default: 10)",
        )
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument(
            "--dry-run",
            action="store_true",
            help="say what it would take; exit code 1 where something is in the way",
        )
        doing.add_argument("--resume", action="store_true", help="go on with a move that stopped")
        doing.add_argument("--abort", action="store_true", help="give up one that has not switched")
        doing.add_argument("--rollback", action="store_true", help="move it back, until --finish")
        doing.add_argument("--finish", action="store_true", help="empty its tables here")
        doing.add_argument("--status", action="store_true", help="say where it is, and its moves")
        parser.add_argument("--json", action="store_true", help="print JSON, for a script")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = operating.Wanted(
            module=options["module"],
            to_database=options["to_database"],
            to_service=options["to_service"],
            broker=options["broker"],
            deployable=options["deployable"],
            max_pause_seconds=options["max_pause"],
            share=options["share"],
            shadowing=Shadowing(seconds=options["shadow"], percent=options["shadow_percent"]),
        )
        in_json: bool = options["json"]
        with told_to_operator(wanted.module):
            if options["status"]:
                found = operating.status(wanted.module)
                self.stdout.write(as_json(found) if in_json else show_status(found))
                return
            if options["dry_run"]:
                planned = dry_run(wanted)
                self.stdout.write(as_json(planned) if in_json else show_plan(planned))
                if planned.obstacle:
                    raise SystemExit(1)
                return
            do = {
                "resume": operating.resume,
                "abort": operating.abort,
                "rollback": operating.roll_back,
                "finish": operating.finish_move,
            }.get(next((one for one in _DOING if options[one]), ""), operating.cut_over)
            with Screen(silent=in_json) as screen:
                record = do(wanted, screen)
        described = operating.describe(record)
        self.stdout.write(as_json(described) if in_json else screen.said_at_end(described))


_DOING = ("resume", "abort", "rollback", "finish")

_EXAMPLES = """
examples:
  python manage.py cutover payments --to-database postgres://payments@db2/payments \\
      --to-service https://payments.internal:8443 --broker amqp://broker --dry-run
  python manage.py cutover payments --resume
  python manage.py cutover payments --rollback
  python manage.py cutover payments --finish
"""
