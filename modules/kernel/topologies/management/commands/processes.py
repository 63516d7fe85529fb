"""`manage.py processes DIR`: prepare a process and a database for each module, and a Procfile."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.interfaces.tokens import make_keys
from modules.kernel.manifests import read_manifest
from modules.kernel.topologies import Part, Plan, environment_file, plan, procfile


class Command(BaseCommand):
    help = (
        "Prepare each module to run in a process of its own: keys, databases, DIR/Procfile for a "
        "process manager, and DIR/together.env for what is done once for all of them."
    )
    # They are about this process, which is none of those.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--port", type=int, default=8000, help="of the front; others follow it")
        parser.add_argument(
            "--broker-url",
            default=settings.QUARRY_BROKER_URL or "amqp://guest:guest@127.0.0.1:5672//",
            help="where the messages cross (default: QUARRY_BROKER_URL, or RabbitMQ here)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        modules = settings.QUARRY_ALL_MODULES
        manifests = [
            read_manifest(settings.ROOT / "modules" / one / "module.toml") for one in modules
        ]
        planned = plan(
            manifests,
            folder=folder,
            ports=[options["port"] + n for n in range(len(modules) + 1)],
            broker_url=options["broker_url"],
            broker_prefix=_prefix(folder),
            # Those of this process, so that `manage.py token` makes tokens for the front.
            # And its issuer: process managers give each process a PORT of their own.
            front={
                "QUARRY_TOKEN_KEYS": str(Path(settings.QUARRY_TOKEN_KEYS).resolve()),
                "QUARRY_ISSUER": settings.QUARRY_ISSUER,
            },
        )
        for module in modules:
            if not (folder / "keys" / f"{module}.private.json").exists():
                make_keys(folder / "keys", module)
        for part in planned.parts:
            (folder / part.name).mkdir(exist_ok=True)
            self._run(part, "migrate", "--verbosity=0")
        # All before any of them starts: what one sends first is for another that was not there.
        for part in planned.parts:
            self._run(part, "listen")
        self._write(folder, planned)
        self.stdout.write(f"{len(planned.parts)} processes are prepared in {folder}")

    def _run(self, part: Part, *command: str) -> None:
        done = subprocess.run(
            [sys.executable, str(settings.ROOT / "manage.py"), *command],
            env={**_without_databases(), **part.environment},
            check=False,
        )
        if done.returncode:
            raise CommandError(f"`manage.py {' '.join(command)}` failed for {part.name}")

    def _write(self, folder: Path, planned: Plan) -> None:
        manage = str(settings.ROOT / "manage.py")
        (folder / "Procfile").write_text(procfile(planned, python=sys.executable, manage=manage))
        (folder / "together.env").write_text(environment_file(planned.together))


def _prefix(folder: Path) -> str:
    """This gives the name at the broker, a new one for a new folder.

    What other databases have left in the queues of an earlier one is not for these.
    """
    file = folder / "broker-prefix"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{settings.QUARRY_BROKER_PREFIX}-{secrets.token_hex(4)}")
    return file.read_text()


def _without_databases() -> dict[str, str]:
    """This gives the environment of this process without databases, which are others' now."""
    return {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
