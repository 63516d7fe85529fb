"""`manage.py worker`: moves messages in a process of its own, until it is told to stop."""

import signal
import threading
from typing import Any

import celery
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import subscriptions
from modules.kernel.tasks import embedded as embedded_tasks
from modules.kernel.telemetry.exposition import serve


class Command(BaseCommand):
    help = (
        "Deliver messages to the handlers of some modules, or of all. Run as many of these as "
        "you like: they share the work by partition, and take over from one that dies. "
        "Without a Celery broker they run the modules' tasks too. SIGTERM lets each finish "
        "its batch and give its partitions back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--modules", default="", metavar="A,B", help="only these modules; all by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        modules = [name for name in options["modules"].split(",") if name]
        known = {one.module for one in subscriptions()}
        known |= {kind.module for kind in followers()} - {""}
        if unknown := sorted(set(modules) - known):
            raise CommandError(
                f"{unknown[0]!r} handles no messages; those that do: {', '.join(sorted(known))}"
            )
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if settings.METRICS_PORT:
            serve(settings.METRICS_PORT)
        tasks = embedded_tasks.start(celery.current_app)
        threads = message_threads(modules)
        threads.start()
        self.stdout.write(f"worker for {', '.join(modules or sorted(known))} is running")
        stop.wait()
        threads.stop()
        if tasks is not None:
            tasks.stop()
        self.stdout.write("worker has stopped")
