"""`manage.py startmodule NAME`: a complete small module, registered and ready to run."""

from pathlib import Path
from typing import Any

from django.apps import apps  # noqa: TID251  # asked for its labels, not for models
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from modules.kernel.scaffolding import (
    BadModuleName,
    ModuleName,
    NoPlaceToRegister,
    carry_out,
    make_plan,
)

_NEXT = """
See it work:
  python manage.py contracts generate
  pytest modules/{module}
  python manage.py migrate
  python manage.py runserver
and in another terminal:
  TOKEN=$(python manage.py token --subject me --scopes "{module}:read {module}:write")
  curl -X PUT http://127.0.0.1:8000/api/v1/{path}/entries/one -H "Authorization: Bearer $TOKEN" \\
    -H "Content-Type: application/json" -d '{{"text": "first"}}'
  curl http://127.0.0.1:8000/api/v1/{path}/entries/one -H "Authorization: Bearer $TOKEN"
Then make it yours, from the inside out: domain/, contracts/, use_cases.py; and say in
modules/{module}/module.toml what it does. Before its first release take the sample's table out:
  rm modules/{module}/migrations/0001_initial.py
  python manage.py makemigrations {module}
  make reset
which throws away the database in which that table was made. docs/adding-a-module.md says more."""


class Command(BaseCommand):
    help = (
        "Write a complete small module: contracts, manifest, a use case, a message in and one "
        "out, HTTP, a table, tests; and register it in the settings, importlinter.ini and "
        "compose.yaml."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="lower-case words joined by underscores: gift_cards")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be written, and write nothing"
        )

    def handle(self, *, name: str, dry_run: bool, **options: Any) -> None:
        root = Path(settings.ROOT)
        labels = {app.label for app in apps.get_app_configs()}
        try:
            plan = make_plan(ModuleName(name), root=root, labels=labels)
        except (BadModuleName, NoPlaceToRegister) as error:
            raise CommandError(str(error)) from error
        for verb, paths in (("create", plan.created), ("change", plan.changed)):
            for path in paths:
                self.stdout.write(f"{verb} {path}")
        if dry_run:
            self.stdout.write("Nothing was written: this is a dry run.")
            return
        if not carry_out(plan, root=root):
            self.stderr.write("ruff is not installed: run `make format` to tidy the new files")
        self.stdout.write(_NEXT.format(module=plan.name.module, path=plan.name.path))
