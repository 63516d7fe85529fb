"""`manage.py oauth_client NAME`: register a program that may ask for tokens."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.identity.models import Client


class Command(BaseCommand):
    help = (
        "Register a program that may ask for tokens at /oauth/token, and print its id and, once, "
        "its secret. With --redirect-uri it asks in the name of people, who log in here "
        "(authorization code with PKCE, no secret); without, in its own, as partners do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--scopes", metavar='"SCOPE …"', required=True, help="the most it gets")
        parser.add_argument("--plan", default="", help="whose limits it is under")
        parser.add_argument("--redirect-uri", metavar="URI", help="where people are sent back to")
        parser.add_argument(
            "--trusted", action="store_true", help="one of ours: people are not asked to agree"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = options["scopes"].split()
        if unknown := sorted(set(scopes) - set(settings.QUARRY_SCOPES)):
            raise CommandError(
                f"there is no scope {unknown[0]!r}; there are {', '.join(settings.QUARRY_SCOPES)}"
            )
        of_people = bool(options["redirect_uri"])
        if of_people and (house := sorted(set(scopes) & set(settings.QUARRY_HOUSE_SCOPES))):
            # Whoever makes an account could log in there, and would have it.
            raise CommandError(
                f"{house[0]!r} is for the house only: give it to a program that asks in its own "
                "name, without --redirect-uri"
            )
        client = Client(
            name=options["name"],
            client_type=Client.CLIENT_PUBLIC if of_people else Client.CLIENT_CONFIDENTIAL,
            authorization_grant_type=(
                Client.GRANT_AUTHORIZATION_CODE if of_people else Client.GRANT_CLIENT_CREDENTIALS
            ),
            redirect_uris=options["redirect_uri"] or "",
            algorithm=Client.RS256_ALGORITHM if of_people else Client.NO_ALGORITHM,
            skip_authorization=options["trusted"],
            scopes=" ".join(scopes),
            plan=options["plan"],
        )
        secret = client.client_secret  # Kept as a hash from now on.
        try:
            client.clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        client.save()
        self.stdout.write(f"client_id: {client.client_id}")
        if not of_people:
            self.stdout.write(f"client_secret: {secret}")
