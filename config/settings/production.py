"""Production: everything that differs between installations comes from the environment."""

from config.settings.base import *  # noqa: F403  # settings derive by star, as Django's own do
from config.settings.base import QUARRY_MODULES, VAR, env
from config.settings.databases import read_databases

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
# The health check inside the container asks by address.
ALLOWED_HOSTS: list[str] = [*env.list("ALLOWED_HOSTS"), "127.0.0.1"]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
QUARRY_CONSOLE_FOR_STAFF = env.bool("QUARRY_CONSOLE_FOR_STAFF", True)
QUARRY_DRIVER = env.str("QUARRY_DRIVER", "celery")
QUARRY_ACCESS_LOG = env.bool("QUARRY_ACCESS_LOG", True)
QUARRY_LOGS = env.str("QUARRY_LOGS", "json")
# Django's own way is to mail what went wrong to people; here whoever collects the lines has it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "modules.kernel.telemetry.logs.json_lines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["lines"], "level": "WARNING", "propagate": False}},
}
# Nothing waits without end, and no process takes all connections of a server. Threads that
# deliver keep their connections, so with them in the process the number is the installation's.
DATABASES = read_databases(
    env,
    modules=QUARRY_MODULES,
    var=VAR,
    connections=20 if QUARRY_DRIVER == "celery" else 0,
    statement_timeout_seconds=30.0,
    silence_timeout_seconds=120.0,  # Longer than any handler may take.
).all
# Without a folder of keys no tokens are given out, and only those of other issuers are believed.
QUARRY_TOKEN_KEYS_MADE = False
QUARRY_TOKEN_COMMAND = False
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
QUARRY_REGISTRY_PASSWORD = env.str("QUARRY_REGISTRY_PASSWORD", "")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
