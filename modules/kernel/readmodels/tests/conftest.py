"""The read model of `tallies`, registered for a test and gone after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import ConnectionHandler

from modules.kernel.messaging.followers import follow, unfollow
from modules.kernel.readmodels import projection as registry
from modules.kernel.readmodels.following import follower_of
from modules.kernel.readmodels.models import Generation
from modules.kernel.readmodels.tests.tallies import Tallies


@pytest.fixture
def tallies(transactional_db: None) -> Iterator[Tallies]:
    """This is a read model that `drain` keeps up to date, with nothing in it yet."""
    one = Tallies()
    registry.register(one)
    kind = follower_of(one)
    follow(kind)
    try:
        yield one
    finally:
        Tallies.disturb.clear()
        Tallies.told.clear()
        unfollow(kind.name)
        registry.unregister(one.name)
        Generation.objects.filter(projection=one.name).delete()
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW IF EXISTS probe_tally")
            for table in connection.introspection.table_names(cursor):
                if table.startswith("probe_tally_g"):
                    cursor.execute(f"DROP TABLE {table}")


@pytest.fixture
def second_log(
    tallies: Tallies, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """This gives the alias of a database that the probe gets for its own, the tallies not."""
    alias = "things"
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "things.sqlite3")}
    # Not among the settings: Django lets a test connect to those only that it was begun with.
    connections[alias] = ConnectionHandler({"default": {}, alias: sqlite}).create_connection(alias)
    try:
        monkeypatch.setattr(Tallies, "module", "tallies")
        settings.QUARRY_DATABASES = {**settings.QUARRY_DATABASES, "probe": alias}
        call_command("migrate", "messaging", database=alias, verbosity=0)
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
