"""A saga that nobody leads: its parts come to one end, whoever dies and whatever is late."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.sagas import SagaStatus
from modules.kernel.sagas.choreography import Part, SeveralLogs, register
from modules.kernel.sagas.exploring import Explorer, run
from modules.kernel.sagas.models import SagaInstance
from modules.kernel.sagas.tests.test_explored import ENDED, OneTour
from modules.kernel.sagas.tests.tour import Agency, Tour

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = ("trips", "rooms", "money")


@dataclass
class Leaderless(Agency):
    """This is the agency without anybody in it who knows where a tour is."""

    def subscriptions(self) -> list[Subscription]:
        doers = [one for one in super().subscriptions() if one.consumer != "trips"]
        return [*doers, *(self._part(module) for module in PARTS)]

    def _part(self, module: str) -> Subscription:
        part = Part(self.saga, module, self.functions())
        handlers: dict[str, tuple[Handler, ...]] = {
            name: (Handler(record=one),) for name, one in part.handlers().items()
        }
        return Subscription(f"{module}.part", module, handlers)


class LeaderlessTour(OneTour):
    """Its messages come over the log, in the order of their key: the parts count on that."""

    messages = {}  # noqa: RUF012  # as in the class it overrides

    def check(self, instance_id: str) -> None:
        super().check(instance_id)
        copies = SagaInstance.objects.filter(instance_id=instance_id)
        assert {copy.saga for copy in copies} == {
            "trips.tour",
            "trips.tour@rooms",
            "trips.tour@money",
        }
        assert len({(copy.status, copy.state) for copy in copies}) == 1, "the parts disagree"


class TestAChoreographedTour:
    @pytest.mark.parametrize(
        ("refuse", "may_end"),
        [
            ("", ENDED),
            ("rooms.book_room", {SagaStatus.COMPENSATED}),
            ("money.pay", {SagaStatus.COMPENSATED}),
        ],
    )
    def test_ends_with_all_or_nothing_and_all_parts_agree(
        self, monkeypatch: pytest.MonkeyPatch, refuse: str, may_end: set[SagaStatus]
    ) -> None:
        tour = LeaderlessTour(Leaderless(refuse=refuse), may_end)
        monkeypatch.setattr(run, "subscriptions", tour.agency.subscriptions)
        Explorer(seed=1, schedules=40, all_single=True).explore(tour)

    def test_needs_one_log_for_all_its_modules(self, settings: object) -> None:
        settings.QUARRY_DATABASES = {"money": "elsewhere"}  # type: ignore[attr-defined]
        with pytest.raises(SeveralLogs, match=r"money in elsewhere, rooms in default"):
            register("trips", Tour, Agency().functions())
