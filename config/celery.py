"""The Celery application: `celery -A config worker` and `celery -A config beat` start here."""

import os

from celery import Celery

from modules.kernel.tasks import task_packages

# Before the application is made, which looks there for Django.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

app = Celery("quarry", task_cls="modules.kernel.tasks.module_task:ModuleTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(task_packages)
# For every thread: without it `current_app` is this one in the importing thread alone, and
# what another thread sends goes to Celery's default broker, where nobody listens.
app.set_default()
