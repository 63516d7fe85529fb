"""`manage.py routes`: what is served, by which module, to whom and under which limits."""

import sys
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.table import Table

from modules.kernel.http.route_table import Entry, route_table


class Command(BaseCommand):
    help = (
        "Print the route table: every URL that is served, its module, who "
        "may use it, its limits and its end. It is made of the [[routes]] of all module.toml, and "
        "of config/routes.toml; what is not in it is served to nobody."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program: a list of objects")
        parser.add_argument("--module", default="", help="only the routes of this module")

    def handle(self, *args: Any, **options: Any) -> None:
        entries = [
            entry for entry in route_table().entries if options["module"] in ("", entry.module)
        ]
        if options["json"]:
            said = [_described(entry) for entry in entries]
            self.stdout.write(msgspec.json.format(msgspec.json.encode(said)).decode())
            return
        table = Table("Methods", "Path", "Module", "For", "Limit", "Ends")
        for entry in entries:
            route = entry.route
            table.add_row(
                " ".join(route.methods),
                f"/{route.path}",
                entry.module or "(beside)",
                " ".join(route.scopes) or str(route.audience),
                route.limit or "by plan",
                str(route.sunset or route.deprecated or ""),
            )
        # As wide as it needs to be where nobody looks at a screen.
        with (console := Console(width=None if sys.stdout.isatty() else 160)).capture() as shown:
            console.print(table)
        self.stdout.write(shown.get())


def _described(entry: Entry) -> dict[str, Any]:
    route = entry.route
    return {
        "path": f"/{route.path}",
        "methods": route.methods,
        "module": entry.module,
        "audience": route.audience,
        "scopes": route.scopes,
        "limit": route.limit,
        "timeout_seconds": route.timeout_seconds,
        "max_body_bytes": route.max_body_bytes,
        "retriable": route.retriable,
        "bff": route.bff,
        "deprecated": route.deprecated,
        "sunset": route.sunset,
    }
