"""Tests: a database of their own; messages move when a test says so."""

from config.settings.base import *  # noqa: F403  # settings derive by star, as Django's own do
from config.settings.base import DATABASES, VAR, env

DEBUG = False
QUARRY_QUERY_GUARD = True
QUARRY_FAULTS_ALLOWED = True
SECRET_KEY = "test-only"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
QUARRY_DRIVER = "worker"  # And none is started.
QUARRY_REVOKED_WITHIN_SECONDS = 0.0  # A test that takes one back says so: others have no database.
# Tests count queries, and many have no database: those of moves ask for placements themselves.
QUARRY_MODULES_MOVE = env.bool("QUARRY_MODULES_MOVE", False)
# What is sent goes nowhere: nothing consumes the memory of this process. Tests call a task's
# function themselves; running tasks eagerly would run them inside the sender's transaction.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.01}
SHIPPING_SANDBOX_DELIVERY_SECONDS = 1.0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are looked up when asked for: `collectstatic` has not run here.
WHITENOISE_AUTOREFRESH = True

VAR.mkdir(parents=True, exist_ok=True)
if "replica" in DATABASES:
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
for _alias, _database in DATABASES.items():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        # A file, not memory: threads of a test see one database, as in production.
        _database["TEST"] = {"NAME": str(VAR / f"test-{_alias}.sqlite3")}
    else:
        # Nobody cuts the power in these tests; waiting for the disk is most of what they did.
        _said = _database["OPTIONS"].get("options", "")
        _database["OPTIONS"]["options"] = f"{_said} -c synchronous_commit=off".strip()
