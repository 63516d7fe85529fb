"""`manage.py removemodule NAME …`: modules taken out, with their lines in the settings."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from modules.kernel.scaffolding import Needed, NoPlaceToRegister, make_removal, remove


class Command(BaseCommand):
    help = (
        "Delete modules, and their lines in the settings, importlinter.ini and compose.yaml, with "
        "the scopes that no other module's routes name. Tables and messages stay where they are."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="+", metavar="NAME", help="a module of this repository")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go, and change nothing"
        )

    def handle(self, *, names: list[str], dry_run: bool, **options: Any) -> None:
        root = Path(settings.ROOT)
        try:
            removal = make_removal(names, root=root, modules=settings.QUARRY_ALL_MODULES)
        except (Needed, NoPlaceToRegister) as error:
            raise CommandError(str(error)) from error
        for folder in removal.folders:
            self.stdout.write(f"delete {folder}")
        for path in removal.changed:
            self.stdout.write(f"change {path}")
        if dry_run:
            self.stdout.write("Nothing was changed: this is a dry run.")
            return
        remove(removal, root=root)
