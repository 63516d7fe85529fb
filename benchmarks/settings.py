"""Settings of the processes of a benchmark: as in production, without its host and secret."""

from config.settings.base import *  # noqa: F403  # settings derive by star, as Django's own do
from config.settings.base import INSTALLED_APPS, env

DEBUG = False
SECRET_KEY = "benchmark-only"
QUARRY_DRIVER = env.str("QUARRY_DRIVER", "worker")  # A benchmark starts what it measures.
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.log", "benchmarks.sagas.apps.BenchmarkConfig"]
