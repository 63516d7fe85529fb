"""Settings of the processes that these tests kill: the kernel, the probe and its echo."""

import structlog

from config.settings.base import env
from config.settings.test import *  # noqa: F403  # settings derive by star, as Django's own do
from config.settings.test import DATABASES, QUARRY_QUEUE_PREFIX

QUARRY_MODULES = ["probe", "echo"]
INSTALLED_APPS = [
    "modules.kernel.messaging",
    "modules.kernel.eventstore",
    "modules.kernel.readmodels",
    "modules.kernel.sagas",
    "tests.faults.probe_module",
    "tests.faults.echo_module",
]
ROOT_URLCONF = ""
QUARRY_QUERY_GUARD = False  # It asks the boundaries' app, which is not here.

QUARRY_DRIVER = env.str("QUARRY_DRIVER", "worker")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "memory://")
# Redis has no queues of its own: all that Celery keeps there stands under this prefix.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"global_keyprefix": f"{QUARRY_QUEUE_PREFIX}:"}  # type: ignore[dict-item]  # test's are floats
    if CELERY_BROKER_URL.startswith("redis:")
    else {}
)

for _database in DATABASES.values():
    if "options" in _database["OPTIONS"]:
        # Here the power is cut: commits wait for the disk. What is said last holds.
        _database["OPTIONS"]["options"] += " -c synchronous_commit=on"

if env.str("ECHO_DATABASE_URL", ""):
    DATABASES["echo"] = env.dj_db_url("ECHO_DATABASE_URL")
    QUARRY_DATABASES = {"echo": "echo"}

# Plain tracebacks: drawing each frame's variables takes seconds, and here much fails.
structlog.configure(
    processors=[
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)
