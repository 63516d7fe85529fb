"""The WSGI application, without what is internal; with the embedded driver, message threads too."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

django_application = get_wsgi_application()

from modules.kernel.http.internal_calls import InternalCalls  # noqa: E402  # needs the apps ready
from modules.kernel.messaging.drivers import embedded  # noqa: E402  # the same

application = InternalCalls(django_application)
embedded.start_if_configured()
