"""The read model of `tallies`, registered for a test and gone after it."""

from collections.abc import Iterator

import pytest
from django.db import connection

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
