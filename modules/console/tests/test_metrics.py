"""`GET /metrics`: what it says, and to whom."""

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from modules.console.tests.parking import NAME, park

pytestmark = pytest.mark.django_db(transaction=True)


class TestMetrics:
    def test_tell_of_a_parked_message_in_gauges_and_counters(self, client: Client) -> None:
        labels = {"consumer": "payments", "name": NAME, "outcome": "parked"}
        before = REGISTRY.get_sample_value("quarry_messages_handled_total", labels) or 0
        park(behind=1)
        answer = client.get("/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        samples = [
            sample
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        ]

        def value(family: str, /, **labels: str) -> float:
            (found,) = [one for one in samples if (one.name, one.labels) == (family, labels)]
            return found.value

        mine = {"consumer": "payments", "log": "default"}
        assert value("quarry_messages_set_aside", state="parked", **mine) == 1
        assert value("quarry_messages_set_aside", state="waiting", **mine) == 1
        assert value("quarry_messages_handled_total", **labels) == before + 1
        # A family that is exposed twice would make Prometheus refuse the whole answer.
        names = [family.name for family in text_string_to_metric_families(answer.text)]
        assert len(names) == len(set(names))


class TestAccess:
    def test_needs_no_staff_account(self, client: Client, settings: Settings) -> None:
        settings.QUARRY_CONSOLE_FOR_STAFF = True
        assert client.get("/metrics").status_code == 200

    @pytest.mark.parametrize("said", ["", "Bearer ", "Bearer wrong", "Basic secret", "secret"])
    def test_is_hidden_from_who_does_not_know_the_token(
        self, client: Client, settings: Settings, said: str
    ) -> None:
        settings.METRICS_TOKEN = "secret"
        assert client.get("/metrics", headers={"Authorization": said}).status_code == 404

    def test_is_given_to_who_knows_the_token(self, client: Client, settings: Settings) -> None:
        settings.METRICS_TOKEN = "secret"
        answer = client.get("/metrics", headers={"Authorization": "Bearer secret"})
        assert answer.status_code == 200

    @pytest.mark.parametrize("said", ["", "Bearer ", "Bearer None"])
    def test_is_hidden_from_all_where_there_is_no_token(
        self, client: Client, settings: Settings, said: str
    ) -> None:
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics", headers={"Authorization": said}).status_code == 404
