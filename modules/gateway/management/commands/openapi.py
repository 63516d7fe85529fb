"""`manage.py openapi`: the OpenAPI documents of the front ends, as files that are committed."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from modules.gateway.fronts.openapi import FRONTS, Front

FOLDER = Path(__file__).resolve().parents[2] / "fronts" / "schemas"


class Command(BaseCommand):
    help = (
        "Writes the OpenAPI documents of the front ends to modules/gateway/fronts/schemas, where "
        "they are committed: what partners generate their clients from. --check only compares."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail where a file is not fresh")

    def handle(self, *args: Any, check: bool, **said: Any) -> None:
        if check:
            self._refuse_stale()
            return
        FOLDER.mkdir(exist_ok=True)
        for front in FRONTS:
            file_of(front).write_text(written(front), encoding="utf-8")
            self.stdout.write(str(file_of(front)))

    def _refuse_stale(self) -> None:
        stale = [front.name for front in FRONTS if file_of(front).read_text() != written(front)]
        if stale:
            raise CommandError(
                f"the documents of {', '.join(stale)} are not what the code serves: run "
                "`manage.py openapi`, and look at the difference as a client would"
            )


def file_of(front: Front) -> Path:
    """This is the committed document of a front end."""
    return FOLDER / f"{front.name}.openapi.json"


def written(front: Front) -> str:
    """This writes a document as it is committed."""
    return json.dumps(front.document(), indent=2, ensure_ascii=False) + "\n"
