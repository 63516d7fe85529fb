"""``manage.py contracts``: the schema files, and what a change of them would break."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from modules.kernel.placements import without_credentials
from modules.kernel.schemas.asyncapi import asyncapi_document
from modules.kernel.schemas.changes import Change, changes
from modules.kernel.schemas.committed import (
    Documents,
    Stale,
    documents_of_code,
    is_of_neighbour,
    modules_left_out,
    stale_files,
    write_files,
)
from modules.kernel.schemas.consumers import installed_consumers
from modules.kernel.schemas.event_catalogue import event_catalogue
from modules.kernel.schemas.events_page import PAGE, events_page
from modules.kernel.schemas.modes import Mode
from modules.kernel.schemas.registries import (
    RegistryRefused,
    RegistryUnavailable,
    open_registry,
)
from modules.kernel.schemas.registries.judging import registered
from modules.kernel.schemas.registry.contracts import contract_schemas
from modules.kernel.schemas.releases import Releases, Unreadable, releases
from modules.kernel.schemas.report import as_json, kept, print_report
from modules.kernel.schemas.stored import upcast_by_code


class Command(BaseCommand):
    """This command ends with 1 where a contract has changed so that a consumer would break."""

    help = "Write the contracts' JSON Schemas, and check that no change breaks a consumer."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("generate", help="Write contracts/schemas/ of every module.")
        check = actions.add_parser("check", help="Compare the contracts with the released ones.")
        check.add_argument(
            "--against",
            default="",
            metavar="REV",
            help="git revision with the released contracts; by default where this branch left main",
        )
        check.add_argument(
            "--registry",
            default="",
            metavar="URL",
            help="compare with what a registry holds instead: http(s)://… or glue://NAME?region=…",
        )
        check.add_argument(
            "--mode",
            type=Mode,
            choices=list(Mode),
            default=Mode.FULL_TRANSITIVE,
            help="how compatible messages must stay (default: %(default)s)",
        )
        check.add_argument("--json", action="store_true", help="print the report as JSON")

        asyncapi = actions.add_parser("asyncapi", help="Print the AsyncAPI 3 document.")
        asyncapi.add_argument("--module", default="", help="of one module; by default of all")
        publish = actions.add_parser("publish", help="Register the contracts in a registry.")
        publish.add_argument("--registry", required=True, metavar="URL", help="as for check")

    def handle(self, *args: Any, **options: Any) -> None:
        left_out = modules_left_out(settings.ROOT)
        if left_out and options["action"] in ("generate", "check"):
            # Their contracts would pass for removed, and what they consume for not consumed.
            raise CommandError(
                f"this process has not {', '.join(left_out)}, which may consume what changes: "
                "run it without QUARRY_MODULES"
            )
        documents = documents_of_code(settings.ROOT)
        match options["action"]:
            case "generate":
                for one in write_files(documents, root=settings.ROOT):
                    self.stdout.write(one.path)
                page = settings.ROOT / PAGE
                if page.is_file() and page.read_text(encoding="utf-8") != (text := _page()):
                    page.write_text(text, encoding="utf-8")
                    self.stdout.write(PAGE)
            case "asyncapi":
                document = asyncapi_document(event_catalogue(), module=options["module"])
                if not document["channels"]:
                    raise CommandError(f"no module {options['module']!r} has messages here")
                self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
            case "publish":
                self._publish(documents, options["registry"])
            case "check":
                self._check(documents, options)

    def _publish(self, documents: Documents, url: str) -> None:
        """This registers what the registry has not, once nothing of it would break anybody."""
        shown = without_credentials(url)
        try:
            with open_registry(url) as registry:
                released = registered(registry, documents, url=shown)
                if not self._report(documents, released, mode=Mode.FULL_TRANSITIVE):
                    raise CommandError("nothing was published")
                for schema in contract_schemas():
                    published = registry.publish(schema)
                    if published.is_new:
                        self.stdout.write(f"{published.subject} version {published.version}")
        except (RegistryRefused, RegistryUnavailable) as error:
            raise CommandError(f"{shown}: {error}") from error

    def _report(self, documents: Documents, released: Releases, *, mode: Mode) -> bool:
        found = _messages_changed(documents, released, mode)
        if kept(found, ()):
            return True
        print_report(found, (), revision=released.revision, console=self._console())
        return False

    def _check(self, documents: Documents, options: dict[str, Any]) -> None:
        stale = (*stale_files(documents, root=settings.ROOT), *_stale_page())
        if url := options["registry"]:
            shown = without_credentials(url)
            try:
                with open_registry(url) as registry:
                    released = registered(registry, documents, url=shown)
            except RegistryUnavailable as error:
                raise CommandError(f"{shown}: {error}") from error
            found = _messages_changed(documents, released, options["mode"])
        else:
            try:
                released = releases(settings.ROOT, options["against"])
            except Unreadable as error:
                raise CommandError(f"the released contracts cannot be read: {error}") from error
            editions = {
                path: history
                for path, history in released.editions.items()
                if not is_of_neighbour(path, root=settings.ROOT)
            }
            found = tuple(
                changes(
                    documents,
                    replace(released, editions=editions),
                    installed_consumers(),
                    mode=options["mode"],
                    upcast=upcast_by_code,
                )
            )
        if options["json"]:
            report = as_json(found, stale, revision=released.revision)
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            print_report(found, stale, revision=released.revision, console=self._console())
        if not kept(found, stale):
            raise SystemExit(1)

    def _console(self) -> Console:
        # Django's wrapper has all that rich asks of a file, and is not declared as one.
        return Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)


def _page() -> str:
    return events_page(event_catalogue())


def _stale_page() -> Iterator[Stale]:
    """This finds the page of messages outdated; a service that was extracted has none."""
    page = settings.ROOT / PAGE
    if page.is_file() and page.read_text(encoding="utf-8") != _page():
        yield Stale(path=PAGE, why="does not say what the code says")


def _messages_changed(documents: Documents, released: Releases, mode: Mode) -> tuple[Change, ...]:
    """This judges messages alone: interfaces are in no registry."""
    messages = {path: one for path, one in documents.items() if "x-message" in one}
    return tuple(changes(messages, released, installed_consumers(), mode=mode))
