"""``manage.py boundaries check``: every check of the boundaries in one report."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from modules.kernel.boundaries.bans import RuffMissing
from modules.kernel.boundaries.ratchet import RatchetTurnedBack, known_edges, tighten
from modules.kernel.boundaries.report import as_json, findings_of, print_report, sections


class Command(BaseCommand):
    """This command ends with 1 where a boundary is broken that the baseline does not know."""

    help = "Check the boundaries between modules: imports, models, banned names, manifests."
    # The report itself says what the system checks would, and more.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="Run all checks and report.")
        check.add_argument("--json", action="store_true", help="print the report as JSON")
        check.add_argument(
            "--baseline",
            type=Path,
            default=settings.QUARRY_BOUNDARIES_BASELINE,
            help="file of known violations, which may only become fewer",
        )
        check.add_argument(
            "--update-baseline",
            action="store_true",
            help="write the baseline anew: all that is there the first time, later only less",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        baseline: Path = options["baseline"]
        try:
            parts = sections(root=settings.ROOT)
            if options["update_baseline"]:
                tighten(baseline, findings_of(parts))
        except (RuffMissing, RatchetTurnedBack) as error:
            raise CommandError(str(error)) from error
        known = known_edges(baseline)
        if options["json"]:
            report = as_json(parts, known=known)
            self.stdout.write(json.dumps(report, indent=2))
            kept = report["ok"]
        else:
            # Django's wrapper has all that rich asks of a file, and is not declared as one.
            console = Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)
            kept = print_report(parts, known=known, console=console).kept
        if not kept:
            raise SystemExit(1)
