"""What every way between two modules must keep: nothing lost, effect once, order per key (P3).

One suite for the embedded bus and for each broker. See `test_killed.py` for processes that die.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from modules.kernel.messaging import operations
from modules.kernel.messaging.brokers import BrokerUnavailable
from modules.kernel.messaging.models import Message, OperatorAction, SetAside
from tests.brokers.crossing import (
    Audience,
    Noted,
    OverBroker,
    Unheard,
    Way,
    count_of_effects,
    effects,
    expected,
    notes,
    publish,
    received,
    route,
    settle,
)
from tests.brokers.databases import HERE, THERE
from tests.brokers.envelopes import an_envelope
from tests.brokers.transports import Tried


def settled(way: Way, audience: Audience, messages: list[Noted]) -> None:
    """This waits for as many effects as there are messages, and sees that they are right."""
    settle(
        way,
        audience,
        until=lambda: count_of_effects() >= len(messages),
        what=f"{len(messages)} effects",
    )
    assert effects() == expected(messages)


class TestEveryWay:
    def test_loses_nothing_and_keeps_the_order_of_each_key(
        self, way: Way, audience: Audience
    ) -> None:
        messages = notes(210, keys=7)
        for begin in range(0, 210, 30):
            publish(*messages[begin : begin + 30])
        settled(way, audience, messages)

    def test_carries_a_mebibyte_and_every_script(self, way: Way, audience: Audience) -> None:
        large = Noted(thing="large", number=1, text="x" * (1 << 20))
        foreign = Noted(thing="Ünï–ключ-键-🔑", number=2, text="\x00 ½ “…” العربية 𝕏 \u2028\n")
        publish(large, foreign)
        settled(way, audience, [large, foreign])
        texts = OperatorAction.objects.using(THERE).order_by("subject").values_list("reason")
        assert [text for (text,) in texts] == [large.text, foreign.text]

    @pytest.mark.django_db  # The operator's actions look into every database.
    def test_parks_a_poison_message_with_its_key_only(self, way: Way, audience: Audience) -> None:
        messages = notes(12, keys=3)
        audience.fails = lambda message: message.number == 4
        publish(*messages)
        healthy = [one for one in messages if one.thing != "k1" or one.number < 4]
        settle(
            way,
            audience,
            until=lambda: (
                SetAside.objects.using(THERE).filter(state="parked").exists()
                and count_of_effects() >= len(healthy)
            ),
            what="the poison message is parked",
        )
        assert effects() == expected(healthy)
        audience.fails = lambda message: False
        (parked,) = operations.set_aside(state="parked")
        operations.retry(
            consumer="audience",
            source=parked.source,
            position=parked.position,
            operator="test",
        )
        settled(way, audience, messages)

    def test_passes_over_what_nobody_there_knows(self, way: Way, audience: Audience) -> None:
        messages = notes(4)
        publish(Unheard(thing="k0"), *messages[:2], Unheard(thing="k1"), *messages[2:])
        settled(way, audience, messages)
        assert not SetAside.objects.using(THERE).exists()

    def test_keeps_who_caused_a_message_and_when(self, way: Way, audience: Audience) -> None:
        publish(*notes(1))
        settled(way, audience, notes(1))
        sent = Message.objects.using(HERE).get()
        come = received().get() if isinstance(way, OverBroker) else sent
        assert (come.message_id, come.source, come.key) == (sent.message_id, "probe", "k0")
        assert (come.name, come.schema_version, come.data) == (sent.name, 1, sent.data)


class TestEveryBroker:
    def test_delivers_again_what_was_not_acknowledged(
        self, over: OverBroker, audience: Audience
    ) -> None:
        messages = notes(40)
        publish(*messages)
        relayed = 0
        while relayed < 40:
            relayed += over.carry_out()
        # Received by one who never acknowledges, and goes away.
        seen = over.reception.receiver.receive(limit=20, timeout_seconds=20)
        assert seen
        over.reception.close()
        settled(over, audience, messages)

    def test_forgets_what_it_has_kept_for_a_deployable(
        self, over: OverBroker, audience: Audience
    ) -> None:
        publish(*notes(20))
        relayed = 0
        while relayed < 20:
            relayed += over.carry_out()
        over.reception.close()
        over.transport.forget(route())
        over.listen()
        later = notes(20, begin=20)
        publish(*later)
        settled(over, audience, later)

    def test_forgets_nothing_while_a_process_of_the_deployable_receives(
        self, over: OverBroker
    ) -> None:
        publish(*notes(1))
        while not over.carry_out():
            pass
        # Received, and not acknowledged: on SQS that is all that tells who receives.
        assert over.reception.receiver.receive(limit=1, timeout_seconds=5)
        with pytest.raises(BrokerUnavailable):
            over.transport.forget(route())
        over.reception.close()

    def test_keeps_what_it_was_told_to_when_another_listens_to_less(
        self, over: OverBroker, audience: Audience
    ) -> None:
        # As a process does that is started anew, and has not heard yet of a move that is prepared.
        less = over.transport.receiver(replace(route(), names=("probe.greeted",)))
        less.receive(limit=1, timeout_seconds=0.1)
        less.close()
        messages = notes(20)
        publish(*messages)
        settled(over, audience, messages)

    def test_makes_the_effect_of_a_duplicate_once(
        self, over: OverBroker, broker: Tried, audience: Audience
    ) -> None:
        messages = notes(20)
        publish(*messages)
        settled(over, audience, messages)
        _relay_all_again(over, times=3)
        # One behind them all: when it has come, they have, on each queue that a key may take.
        last = notes(5, begin=20)
        publish(*last)
        settled(over, audience, [*messages, *last])
        assert sum(taken.appended for taken in over.taken) == 25
        if not broker.drops_duplicates:
            settle(over, audience, until=lambda: _duplicates(over) >= 60, what="they come")

    def test_puts_aside_what_is_no_message(self, over: OverBroker, audience: Audience) -> None:
        publisher = over.transport.publisher()
        publisher.publish([an_envelope(data="no json {"), an_envelope(data="[1, 2]")])
        publisher.close()
        publish(*notes(5))
        settled(over, audience, notes(5))
        settle(
            over,
            audience,
            until=lambda: sum(taken.refused for taken in over.taken) == 2,
            what="both are refused",
        )
        assert received().count() == 5

    def test_holds_back_a_newer_version_than_the_consumer_knows(
        self, over: OverBroker, audience: Audience
    ) -> None:
        publisher = over.transport.publisher()
        newer = '{"thing": "new", "number": 7, "said": "otherwise"}'
        publisher.publish([an_envelope(version=9, key="new", data=newer)])
        publisher.close()
        later = Noted(thing="new", number=8)
        publish(later, *notes(4))
        settle(
            over,
            audience,
            until=lambda: (
                SetAside.objects.using(THERE).filter(state="parked").exists()
                and SetAside.objects.using(THERE).count() == 2
                and count_of_effects() == 4
            ),
            what="it is parked with its key",
        )
        assert effects() == expected(notes(4))
        parked = SetAside.objects.using(THERE).get(state="parked")
        assert "no installed module declares probe.noted v9" in parked.error

    def test_goes_on_when_the_broker_was_away(
        self, over: OverBroker, broker: Tried, audience: Audience
    ) -> None:
        messages = notes(60)
        publish(*messages[:20])
        settled(over, audience, messages[:20])
        broker.proxy.cut()
        publish(*messages[20:40])
        with pytest.raises(BrokerUnavailable):
            over.relay.publisher.publish([an_envelope()])
        assert over.carry_out() == 0
        assert count_of_effects() == 20
        broker.proxy.mend()
        publish(*messages[40:])
        settled(over, audience, messages)

    def test_goes_on_when_the_connections_break_in_the_middle(
        self, over: OverBroker, broker: Tried, audience: Audience
    ) -> None:
        messages = notes(120)
        for begin in range(0, 120, 40):
            publish(*messages[begin : begin + 40])
            over.carry()
            broker.proxy.cut()
            broker.proxy.mend()
        settled(over, audience, messages)


def _relay_all_again(over: OverBroker, *, times: int) -> None:
    found, _ = over.relay.log.read(after=0, names=["probe.noted"], parts=None, limit=1000)
    for _ in range(times):
        over.relay.publisher.publish(found)


def _duplicates(over: OverBroker) -> int:
    return sum(taken.duplicates for taken in over.taken)
