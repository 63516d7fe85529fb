"""`manage.py webhooks`: what an operator sees of partners' endpoints, and can do for them."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from modules.kernel import interfaces
from modules.kernel.contracts import Problem
from modules.partners.contracts import Partners


class Command(BaseCommand):
    help = (
        "Shows the webhook endpoints of a partner and their delivery logs, enables one again, and "
        "sends deliveries again. A partner is named by the subject of its tokens; that is the "
        "client_id that `manage.py oauth_client` has printed, where the tokens are ours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        listed = commands.add_parser("list", help="the partner's endpoints")
        log = commands.add_parser("log", help="the latest deliveries of an endpoint")
        enable = commands.add_parser("enable", help="enable an endpoint that was disabled")
        replay = commands.add_parser(
            "replay", help="send again what is held, or all since a time (--since)"
        )
        for one in (listed, log, enable, replay):
            one.add_argument("partner", help="the subject of its tokens: its client_id")
            if one is not listed:
                one.add_argument("endpoint", help="its id, as `list` shows it")
            one.add_argument("--json", action="store_true", help="for a program")
        replay.add_argument("--since", default="", help="such as 2026-11-28T00:00:00Z")

    def handle(self, *args: Any, action: str, partner: str, **said: Any) -> None:
        partners = interfaces.get(Partners)
        endpoint = str(said.get("endpoint", ""))
        try:
            if action == "list":
                shown = [asdict(one) for one in partners.endpoints(partner=partner)]
            elif action == "log":
                page = partners.deliveries(partner=partner, endpoint_id=endpoint)
                shown = [asdict(one) for one in page.deliveries]
            elif action == "enable":
                changed = partners.change_endpoint(
                    partner=partner, endpoint_id=endpoint, enabled=True
                )
                shown = [asdict(changed)]
            else:
                since = _time(said["since"]) if said["since"] else None
                count = partners.replay(partner=partner, endpoint_id=endpoint, since=since)
                shown = [{"replayed": count}]
        except Problem as problem:
            raise CommandError(problem.detail) from problem
        if said["json"]:
            self.stdout.write(json.dumps(shown, default=str, indent=2))
            return
        for one in shown:
            told = {name: value for name, value in one.items() if value not in (None, "", ())}
            self.stdout.write("  ".join(f"{name}={value}" for name, value in told.items()))
        if not shown and action == "list":
            self.stdout.write(
                f"{partner} has no endpoints. Is that the subject of its tokens? It is the "
                "client_id that `manage.py oauth_client` has printed, where the tokens are ours."
            )
        elif not shown:
            self.stdout.write("Nothing has been sent there, and nothing is to be.")


def _time(said: str) -> datetime:
    try:
        time = parse_datetime(said)
    except ValueError:  # It looks like one, and there is no such day.
        time = None
    if time is None or time.tzinfo is None:
        raise CommandError("--since is a time with its zone: 2026-11-28T00:00:00Z")
    return time
