"""`manage.py extract MODULE`: could it go, write the service that it goes to, or update that."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from json import dumps
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.markup import escape

from modules.kernel.boundaries.bans import RuffMissing
from modules.kernel.extraction import readiness, writing
from modules.kernel.extraction.readiness.latency import CALL_MS


class Command(BaseCommand):
    help = (
        "Say whether a module could leave, and what it would cost (--check); write the service "
        "that it goes to, with the kernel, contracts of its neighbours and all that it takes to "
        "test, ship and run it (--to); or bring such a service up to date (--update)."
    )
    # It reads files; what is wrong with this process's databases does not matter.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("module", help="one of the modules of the settings, such as payments")
        action = parser.add_mutually_exclusive_group(required=True)
        action.add_argument(
            "--check",
            action="store_true",
            help="what is in the way, what will be slower, how much there is to move; exit code 1 "
            "where something blocks",
        )
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
        parser.add_argument("--json", action="store_true", help="with --check: print it as JSON")
        parser.add_argument(
            "--call-ms",
            type=float,
            metavar="MS",
            help=f"with --check: what a call adds in your network (default: {CALL_MS:g})",
        )
        parser.add_argument(
            "--hop-ms",
            type=float,
            metavar="MS",
            help="with --check: what a message's journey adds (default: by the broker)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Django's wrapper has all that rich asks of a file, and is not declared as one.
        self._console = Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)
        if options["check"]:
            self._check(**options)
            return
        self._refuse_what_only_the_check_heeds(options)
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

    def _check(
        self,
        *,
        module: str,
        json: bool,
        broker: str | None,
        hop_ms: float | None,
        call_ms: float | None,
        **options: Any,
    ) -> None:
        self._refuse_unknown(module, settings.QUARRY_MODULES)
        try:
            report = readiness.examine(
                module,
                root=Path(settings.ROOT),
                broker=broker or "rabbitmq",
                hop_ms=hop_ms,
                call_ms=CALL_MS if call_ms is None else call_ms,
            )
        except RuffMissing as error:
            raise CommandError(str(error)) from error
        if json:
            self.stdout.write(dumps(readiness.as_json(report), indent=2))
        else:
            readiness.print_report(report, console=self._console)
        if not report.ready:
            raise SystemExit(1)

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

    def _refuse_what_only_the_check_heeds(self, options: dict[str, Any]) -> None:
        for name in ("json", "call_ms", "hop_ms"):
            if options[name] is not None and options[name] is not False:
                raise CommandError(f"--{name.replace('_', '-')} goes with --check only")

    def _refuse_unknown(self, module: str, known: Sequence[str]) -> None:
        if module not in known:
            raise CommandError(f"there is no module {module!r} here; there are {', '.join(known)}")

    def _verify(self, folder: Path) -> None:
        for title, target in writing.STEPS:
            started = time.monotonic()
            # On a terminal it turns while one waits; in a file it would leave empty lines.
            turning = self._console.status(f"{title} …") if self._console.is_terminal else None
            with turning or nullcontext():
                writing.run_step(target, folder=folder)
            seconds = time.monotonic() - started
            self._console.print(f"[green]holds[/]   {title} [dim]{seconds:.1f} s[/]")
