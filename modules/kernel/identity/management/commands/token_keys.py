"""`manage.py token_keys`: a new key to sign access tokens with."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.identity.keys import add_key


class Command(BaseCommand):
    help = (
        "Make a key that signs access tokens from now on, in the folder that QUARRY_TOKEN_KEYS "
        "names. Earlier keys stay published until they are taken out of signing.json."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-none",
            action="store_true",
            help="only where there is none yet: for what starts an installation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.QUARRY_TOKEN_KEYS:
            raise CommandError("QUARRY_TOKEN_KEYS is not set: it names the folder of the keys")
        path = Path(settings.QUARRY_TOKEN_KEYS) / "signing.json"
        if options["if_none"] and path.exists():
            self.stdout.write(f"{path}: is there")
            return
        made = add_key(path, only_first=options["if_none"])
        self.stdout.write(f"{path}: {made} signs from now on")
