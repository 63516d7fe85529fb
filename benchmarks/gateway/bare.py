"""Settings of the server without the front door: the same views, and nothing of the edge."""

from benchmarks.settings import *  # noqa: F403  # settings derive by star, as Django's own do
from benchmarks.settings import MIDDLEWARE

_OF_THE_EDGE = ("modules.kernel.http.edge.", "modules.kernel.http.access_log.")
MIDDLEWARE = [one for one in MIDDLEWARE if not one.startswith(_OF_THE_EDGE)]
