"""What is not a module: settings, URLs, the WSGI and Celery applications."""

# Imported with the package, so that `@shared_task` and `current_app` mean this application
# in every process that has settings.
from config.celery import app as celery_app

__all__ = ["celery_app"]
