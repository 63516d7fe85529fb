"""`manage.py token`: print a bearer token, for development and scripts."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.contracts import PrincipalKind
from modules.kernel.identity import SigningKeysMissing, issuing

_CLIENT = "manage.py-token"


class Command(BaseCommand):
    help = (
        "Print a bearer token of this installation, for development and scripts: "
        "curl -H \"Authorization: Bearer $(manage.py token --subject ann --scopes 'orders:read')\" "
        "http://127.0.0.1:8000/api/v1/orders. Production settings refuse it: there, tokens come "
        "from /oauth/token."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subject", metavar="ID", required=True, help="for whom it stands")
        parser.add_argument(
            "--scopes",
            metavar='"SCOPE …"',
            default="",
            help="what it gives leave to: " + ", ".join(sorted(settings.QUARRY_SCOPES)),
        )
        parser.add_argument(
            "--kind",
            choices=[str(kind) for kind in PrincipalKind if kind is not PrincipalKind.ANONYMOUS],
            help="what its subject is (default: a customer; with a scope that only the house "
            f"has, {' or '.join(sorted(settings.QUARRY_HOUSE_SCOPES))}, a service)",
        )
        parser.add_argument("--plan", default="", help="whose limits it is under")
        parser.add_argument(
            "--minutes", type=int, default=60, help="how long it is good (default: 60)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.QUARRY_TOKEN_COMMAND:
            raise CommandError("production settings give out no tokens this way: use /oauth/token")
        scopes = set(options["scopes"].split())
        if unknown := sorted(scopes - set(settings.QUARRY_SCOPES)):
            raise CommandError(
                f"there is no scope {unknown[0]!r}; there are {', '.join(settings.QUARRY_SCOPES)}"
            )
        is_of_the_house = scopes & set(settings.QUARRY_HOUSE_SCOPES)
        kind = options["kind"] or ("service" if is_of_the_house else "customer")
        try:
            token = issuing().token(
                subject=options["subject"],
                scopes=scopes,
                kind=PrincipalKind(kind),
                client_id=_CLIENT,
                plan=options["plan"],
                lifetime_seconds=options["minutes"] * 60,
            )
        except SigningKeysMissing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)
