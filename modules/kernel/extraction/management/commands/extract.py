"""`manage.py extract MODULE`: write the service that a module goes to, or bring it up to date."""

import time
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.markup import escape

from modules.kernel.extraction import writing


class Command(BaseCommand):
    help = (
        "Write the service that a module goes to: the module as it is, the kernel, the contracts "
        "of its neighbours, and all that it takes to test, ship and run it. With --update, bring "
        "a service that was written before up to date."
    )
    # It reads files; what is wrong with this process's databases does not matter.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("module", help="one of the modules of the settings, such as payments")
        action = parser.add_mutually_exclusive_group(required=True)
        action.add_argument("--to", type=Path, metavar="DIR", help="write the service into DIR")
        action.add_argument(
            "--update",
            type=Path,
            metavar="DIR",
            help="bring the service in DIR up to date, never over what was changed there by hand",
        )
        parser.add_argument(
            "--broker",
            choices=writing.BROKERS,
            help="between the service and the others (default: rabbitmq, or as it was)",
        )
        parser.add_argument(
            "--no-verify",
            action="store_true",
            help="do not try it in an environment of its own, which takes minutes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Django's wrapper has all that rich asks of a file, and is not declared as one.
        self._console = Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)
        try:
            if options["update"]:
                folder = options["update"].resolve()
                self._update(options["module"], folder, broker=options["broker"])
            else:
                folder = options["to"].resolve()
                self._write(options["module"], folder, broker=options["broker"] or "rabbitmq")
            if not options["no_verify"]:
                self._verify(folder)
        except (writing.NotSelfContained, writing.NoPlace, writing.NoRecord) as error:
            raise CommandError(str(error)) from error
        except writing.StepFailed as error:
            raise CommandError(f"the service is written, and does not hold yet: {error}") from error
        self._console.print(
            f"[green]done[/] {escape(str(folder))}; its README.md says how to go on"
        )

    def _write(self, module: str, folder: Path, *, broker: str) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(
                f"{folder} is not empty: name a new folder, or bring the service in it up to date "
                "with --update"
            )
        facts, files = self._planned(module, broker)
        for path, content in files.items():
            executable = path in writing.EXECUTABLE
            writing.write_file(folder / path, content, executable=executable)
        record = writing.Record(module=module, broker=broker, files=files)
        writing.write_record(record, folder=folder)
        neighbours = ", ".join(facts.neighbours) or "nobody"
        self._console.print(f"{len(files)} files: {module}, the kernel, contracts of {neighbours}")

    def _update(self, module: str, folder: Path, *, broker: str | None) -> None:
        record = writing.read_record(folder)
        if record.module != module:
            raise CommandError(f"{folder} is the service of {record.module}, not of {module}")
        if broker not in (None, record.broker):
            raise CommandError(
                f"the service was written for {record.broker}; to change to {broker}, write a new "
                "one with --to and carry your changes over"
            )
        _, files = self._planned(module, record.broker)
        updates = writing.update(record, files, folder=folder)
        conflicts = writing.carry_out(updates, record, files, folder=folder)
        for one in updates:
            colour = "red" if one.outcome is writing.Outcome.CONFLICT else "green"
            why = f": {one.why}" if one.why else ""
            self._console.print(f"[{colour}]{one.outcome:8}[/] {escape(str(one.path))}{why}")
        if conflicts:
            raise CommandError(
                f"{len(conflicts)} files were left as they stand: what was to be changed stands "
                "beside each in FILE.rej; take it over by hand, delete the .rej, and update again"
            )
        if not updates:
            self._console.print("it is up to date")

    def _planned(self, module: str, broker: str) -> tuple[writing.Facts, writing.Files]:
        if module not in settings.QUARRY_ALL_MODULES:
            raise CommandError(
                f"there is no module {module!r}; there are {', '.join(settings.QUARRY_ALL_MODULES)}"
            )
        root = Path(settings.ROOT)
        facts = writing.gather(
            module,
            root=root,
            all_modules=settings.QUARRY_ALL_MODULES,
            front=settings.QUARRY_FRONT,
            broker=broker,
        )
        return facts, writing.plan(facts, root=root)

    def _verify(self, folder: Path) -> None:
        for title, target in writing.STEPS:
            started = time.monotonic()
            # On a terminal it turns while one waits; in a file it would leave empty lines.
            turning = self._console.status(f"{title} …") if self._console.is_terminal else None
            with turning or nullcontext():
                writing.run_step(target, folder=folder)
            seconds = time.monotonic() - started
            self._console.print(f"[green]holds[/]   {title} [dim]{seconds:.1f} s[/]")
