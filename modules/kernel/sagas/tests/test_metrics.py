"""What the metrics say of sagas that have not ended."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.sagas import engine, instances
from modules.kernel.sagas.metrics import saga_exposition
from modules.kernel.sagas.state import SagaState, SagaStatus
from modules.kernel.sagas.tests.test_engine import Travel
from modules.kernel.sagas.tests.test_operations import stuck_at
from modules.kernel.sagas.tests.trip import Trip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """This is the trip's world, whose saga is the only one that is registered."""
    made = Travel()
    monkeypatch.setattr(engine, "_engines", {Trip.name: made.engine})
    return made


def exposed() -> dict[tuple[str, str], float]:
    (family,) = text_string_to_metric_families(saga_exposition().decode())
    assert family.name == "quarry_sagas"
    return {
        (sample.labels["saga"], sample.labels["status"]): sample.value for sample in family.samples
    }


class TestSagas:
    def test_that_there_are_none_of_are_none_and_not_missing(self) -> None:
        """An alert ends when the number falls to 0; a series that ends says nothing."""
        assert exposed() == {
            ("trips.trip", "running"): 0,
            ("trips.trip", "compensating"): 0,
            ("trips.trip", "stuck"): 0,
        }

    def test_that_have_not_ended_are_counted(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        travel.want("t2")
        travel.go_on()  # To its end.
        with unit_of_work("trips") as work:
            instances.make(work, Trip.name, Trip.definition, "t3")
            copy = instances.make(work, "trips.trip@rooms", Trip.definition, "t1")
            instances.save(work, copy, SagaState(status=SagaStatus.STUCK))
        assert exposed() == {
            ("trips.trip", "running"): 1,
            ("trips.trip", "compensating"): 0,
            ("trips.trip", "stuck"): 1,
        }

    @pytest.mark.skipif(
        connection.vendor != "sqlite", reason="PostgreSQL reads a small table whole"
    )
    def test_that_have_ended_are_passed_over_by_an_index(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            exposed()
        (query,) = asked.captured_queries
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = " ".join(str(row[3]) for row in cursor.fetchall())
        assert "COVERING INDEX sagas_instance_status (status=?" in plan
