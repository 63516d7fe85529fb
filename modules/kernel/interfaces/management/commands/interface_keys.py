"""`manage.py interface_keys [MODULE …]`: make the keys that calls between processes carry."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.interfaces.tokens import make_keys


class Command(BaseCommand):
    help = (
        "Make a key pair for each module, in the folder that QUARRY_INTERNAL_KEYS or --folder "
        "names. It signs from then on; earlier keys stay valid until they are taken out."
    )
    # What they say of calls may be waiting for these very keys.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("modules", nargs="*", metavar="MODULE", help="default: all of them")
        parser.add_argument("--folder", type=Path, default=settings.QUARRY_INTERNAL_KEYS or None)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path | None = options["folder"]
        if folder is None:
            raise CommandError("name the folder with --folder, or in QUARRY_INTERNAL_KEYS")
        for module in options["modules"] or settings.QUARRY_ALL_MODULES:
            self.stdout.write(f"{module}: {make_keys(Path(folder), module)}")
