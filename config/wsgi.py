"""The WSGI application; with the embedded driver, also the threads that move messages."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

application = get_wsgi_application()

from modules.kernel.messaging.drivers import embedded  # noqa: E402  # needs the apps ready

embedded.start_if_configured()
