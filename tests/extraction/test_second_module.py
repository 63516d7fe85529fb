"""A module moves out and back while another one is elsewhere: its messages cross all along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import pytest

from modules.kernel import placements
from modules.kernel.contracts import new_id
from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.errors import TookTooLong
from modules.kernel.extraction.moving.operating import Wanted
from modules.kernel.extraction.moving.watching import Watcher
from modules.kernel.messaging.brokers import Received, Reception, Relay, Taken, received_route
from modules.kernel.messaging.brokers.cloudevents import attributes_of
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.tests.list_broker import ListBroker
from modules.kernel.placements import State, StoredPlacements, hosting, place
from modules.payments.contracts import AuthorisePayment
from modules.payments.tests.conftest import authorise
from tests.brokers.envelopes import an_envelope
from tests.extraction import scene
from tests.extraction.scene import Outcome
from tests.extraction.stage import HERE, CrashAt, Stage, result_of

#: Of services that nobody asks, and of what is between.
URL, BROKER = "http://127.0.0.1:9", "amqp://nowhere"

#: A message's key and its type.
Sent = tuple[str, str]


@pytest.fixture
def other_elsewhere(stage: Stage) -> Iterator[None]:
    """This is a monolith whose `inventory` is elsewhere, and which has relayed all there was."""
    before = placements.use(StoredPlacements())
    place("inventory", state=State.ELSEWHERE, epoch=1, url=URL, broker_url=BROKER)
    relay()
    yield
    placements.use(before)


def relay(*, also_elsewhere: tuple[str, ...] = ()) -> list[Sent]:
    """This relays all there is in the database that is `default`, by the routes of now."""
    placements.placements().refresh()
    log = open_log("default")
    assert log.lead()
    while log.tick():
        pass
    log.resign()
    # All that are here know of the routes.
    HERE.execute(
        f"UPDATE messaging_partition SET lease_until = {now_sql('default')}"
        " WHERE consumer = 'relay' AND owner = ''"
    )
    broker = ListBroker()
    at = hosting()
    for module in also_elsewhere:
        at = at.with_module(module, State.ELSEWHERE)
    one = Relay(broker, source="default", owner=str(new_id()), at=at)
    while one.step():
        pass
    one.close()
    return [(sent.attributes["subject"], sent.attributes["type"]) for sent in broker.messages]


def cut_over(wanted: Wanted, watcher: Watcher) -> None:
    """This moves payments out, with the relay at work where the mover waits for it."""
    operating.cut_over(wanted, CrashAt("log cut", relay))


def relay_as_service() -> list[Sent]:
    """This relays all there is in the service, for which others are elsewhere."""
    return relay(also_elsewhere=("ordering", "inventory"))


def do_some() -> None:
    """This does some work in the service."""
    placements.placements().refresh()
    scene.do_some()


def outcome() -> Outcome:
    """This is how it ends, where the module is in charge."""
    placements.placements().refresh()
    return scene.outcome()


def sent_by_another(command: AuthorisePayment) -> Received:
    """This is a command as it comes from the module that is elsewhere."""
    sent = an_envelope(
        name="payments.authorise_payment",
        key=command.order_id,
        data=msgspec.json.encode(command).decode(),
    )
    attributes = attributes_of(replace(sent, source="inventory"))
    return Received(attributes=attributes, body=sent.data.encode(), token=None)


def roll_back_in_vain(stage: Stage, meanwhile: Callable[[], object]) -> None:
    """This has callers wait for the module to come back for too long, while something is done."""

    def wait_too_long() -> None:
        meanwhile()
        raise TookTooLong("callers have waited")

    with pytest.raises(TookTooLong):
        operating.roll_back(stage.wanted, CrashAt("fence placed", wait_too_long))


@pytest.mark.usefixtures("other_elsewhere")
class TestAModuleThatIsNotTheFirst:
    def test_goes_out_and_comes_back(self, stage: Stage, unmoved: Outcome) -> None:
        assert stage.move(cut_over) == ""
        stage.in_service(do_some)
        assert stage.move(operating.roll_back) == ""
        assert outcome() == unmoved.with_deposit()

    def test_misses_no_command_of_the_time_in_which_it_was_to_come_back(self, stage: Stage) -> None:
        assert stage.move(cut_over) == ""
        relay()

        def roll_back() -> list[Sent]:
            sent: list[Sent] = []

            def order() -> None:
                scene.place("fenced", 1)
                sent.extend(relay())

            roll_back_in_vain(stage, order)
            return sent

        sent = result_of(roll_back)
        assert stage.move(operating.abort) == ""
        command = (scene.order_id("fenced", 0), "payments.authorise_payment.v1")
        assert command in [*sent, *relay()]

    def test_has_what_another_sent_that_the_service_has_not_received(
        self, stage: Stage, unmoved: Outcome
    ) -> None:
        assert stage.move(cut_over) == ""
        asked = sent_by_another(authorise(scene.order_id("from another", 0)))
        placements.placements().refresh()
        assert Reception(ListBroker(messages=[asked]), received_route()).step() == Taken(appended=1)
        assert stage.move(operating.roll_back) == ""
        found = outcome()
        assert found.payments.keys() - unmoved.payments.keys() == {asked.attributes["subject"]}

    @pytest.mark.parametrize("was_sent", [False, True])
    def test_sends_what_the_service_had_not_sent_when_it_comes_back_at_the_second_try(
        self, stage: Stage, was_sent: bool
    ) -> None:
        assert stage.move(cut_over) == ""
        stage.in_service(do_some)
        if was_sent:
            stage.in_service(relay_as_service)
        assert stage.move(operating.roll_back, kill_at="compare begins") == "killed"
        assert stage.move(operating.abort) == ""
        assert relay() == [], "what is elsewhere is not sent from here"
        assert stage.move(operating.roll_back) == ""
        deposits = relay().count((scene.ACCOUNT, "payments.money_deposited.v1"))
        assert deposits == (0 if was_sent else 1)
