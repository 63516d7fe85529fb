"""A laptop: SQLite, an embedded worker thread, nothing else started."""

from config.settings.base import *  # noqa: F403  # settings derive by star, as Django's own do

DEBUG = True
QUARRY_QUERY_GUARD = True
QUARRY_FAULTS_ALLOWED = True
SECRET_KEY = "development-only"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"  # noqa: F405  # from base
VAR.mkdir(parents=True, exist_ok=True)  # noqa: F405  # from base; SQLite makes no folders
