"""What is counted: tables and messages, and journeys along the longest chain of causes."""

import json
import uuid

import pytest

from modules.kernel.extraction.readiness.functions import Functions
from modules.kernel.extraction.readiness.latency import latency
from modules.kernel.extraction.readiness.sizes import sizes
from modules.kernel.manifests import Manifest
from modules.kernel.messaging.models import Message

pytestmark = pytest.mark.django_db

GIFTS = Manifest(name="gifts", title="", summary="", consumes=("gifts.wrap_gift",))


def say(source: str, name: str, *, flow: str = "one", cause: Message | None = None) -> Message:
    """This is a message of the log, with what set it off."""
    headers = {"correlationid": flow}
    if cause is not None:
        headers["causationid"] = str(cause.message_id)
    return Message.objects.create(
        message_id=uuid.uuid4(),
        source=source,
        name=name,
        schema_version=1,
        key="k",
        part=0,
        data="{}",
        headers=json.dumps(headers),
    )


def looked() -> tuple[int, float, int, float | None]:
    found = latency(GIFTS, Functions({}), broker="rabbitmq", hop_ms=10.0, call_ms=3.0)
    return found.flows, found.hops, found.most_hops, found.added_ms


class TestLatency:
    def test_counts_journeys_there_and_back(self) -> None:
        placed = say("desk", "desk.placed")
        asked = say("desk", "gifts.wrap_gift", cause=placed)
        wrapped = say("gifts", "gifts.gift_wrapped", cause=asked)
        again = say("gifts", "gifts.gift_tied", cause=wrapped)
        say("desk", "desk.done", cause=again)
        assert looked() == (1, 2, 2, 20.0)

    def test_counts_the_longest_chain_and_not_all_messages(self) -> None:
        placed = say("desk", "gifts.wrap_gift")
        for _ in range(5):
            say("gifts", "gifts.gift_wrapped", cause=placed)
        assert looked() == (1, 1, 1, 10.0)

    def test_is_of_the_median_flow(self) -> None:
        for flow in ("one", "two", "three"):
            asked = say("desk", "gifts.wrap_gift", flow=flow)
            last = say("gifts", "gifts.gift_wrapped", flow=flow, cause=asked)
            if flow == "three":
                say("desk", "desk.done", flow=flow, cause=last)
        assert looked() == (3, 1, 2, 10.0)

    def test_leaves_out_flows_without_the_module(self) -> None:
        placed = say("desk", "desk.placed")
        say("stock", "stock.moved", cause=placed)
        assert looked() == (0, 0.0, 0, None)


class TestSizes:
    def test_are_of_the_tables_that_are_there_and_of_its_messages(self) -> None:
        say("django", "django.said")
        say("desk", "gifts.wrap_gift")
        say("desk", "desk.placed")
        # Django's own tables stand in for a module's.
        found = sizes(Manifest(name="django", title="", summary="", consumes=("gifts.wrap_gift",)))
        rows = {table.name: table.rows for table in found.tables}
        assert set(rows) == {
            "django_admin_log",
            "django_content_type",
            "django_migrations",
            "django_session",
        }
        assert rows["django_migrations"] > 0
        assert found.messages == 2
        assert found.copy_seconds > 0
