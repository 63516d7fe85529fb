"""A person erased while sagas keep what is personal of them, and after."""

from typing import Annotated

import pytest

from modules.kernel.contracts import ERASED, Personal, event
from modules.kernel.contracts import command as command_message
from modules.kernel.eventstore.erasure import erase
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.sagas import I, Saga, command, instances, local
from modules.kernel.sagas.state import Failure, SagaState, SagaStatus, StepState, StepStatus

pytestmark = pytest.mark.django_db(transaction=True)


@event("parcels.parcel_wanted", key="parcel")
class ParcelWanted:
    parcel: str
    customer: str
    skus: tuple[str, ...]
    recipient: Annotated[dict[str, str], Personal(of="customer")]


@command_message("vans.send_parcel", key="parcel")
class SendParcel:
    parcel: str
    customer: str
    recipient: Annotated[dict[str, str], Personal(of="customer")]
    phone: Annotated[str, Personal(of="customer")] = ""


@event("vans.parcel_sent", key="parcel")
class ParcelSent:
    parcel: str
    signed_for: str
    signed_by: Annotated[str, Personal(of="signed_for")]


for message in (ParcelWanted, SendParcel, ParcelSent):
    register_message(message)


class Delivering(Saga):
    name, version, input = "parcels.delivering", 1, ParcelWanted

    call = local("parcels.call")
    send = command(
        SendParcel,
        args={"customer": I.customer, "recipient": I.recipient, "phone": call.out.number},
        success=ParcelSent,
        retriable=True,
    )
    close = local("parcels.close", retriable=True)


def deliver(parcel: str, *, to: str, city: str) -> SagaState:
    """This has a parcel delivered; every text of the state's own is one that a city may have."""
    given = {"parcel": parcel, "customer": to, "skus": ["Smith"]}
    answer = {"parcel": parcel, "signed_for": to, "signed_by": "Smith"}
    state = SagaState(
        status=SagaStatus.RUNNING,
        input={**given, "recipient": {"name": "Smith", "city": city, "region": ""}},
        steps={
            "call": StepState(status=StepStatus.DONE, out={"number": "555", "rate": "555"}),
            "send": StepState(status=StepStatus.DONE, out=answer),
            "close": StepState(status=StepStatus.REQUESTED),
        },
        failure=Failure(code="failed", detail="", step="send"),
    )
    with unit_of_work("parcels") as work:
        # The log has what is personal too, as it has when the saga was started by an event.
        work.append(ParcelWanted(**state.input))
        made = instances.make(work, Delivering.name, Delivering.definition, parcel)
        instances.save(work, made, state)
    return state


def kept(parcel: str) -> SagaState:
    """This gives the state as the engine finds it."""
    with unit_of_work("parcels") as work:
        found = instances.load(work, Delivering.name, parcel)
    assert found is not None
    return found.state


class TestAPersonErased:
    def test_is_not_readable_in_what_a_saga_was_given_or_given_out(self) -> None:
        deliver("p-1", to="ann", city="Graz")
        assert erase("ann", operator="op", reason="asked for it").rows == 1
        state = kept("p-1")
        assert state.input["recipient"] == {"name": ERASED, "city": ERASED, "region": ""}
        assert state.outs["send"]["signed_by"] == ERASED
        assert state.outs["call"]["number"] == ERASED, "it was asked for to fill a marked field"

    @pytest.mark.parametrize("city", ["running", "done", "requested", "failed", "send", "p-1"])
    def test_leaves_all_else_whatever_the_texts_were(self, city: str) -> None:
        """A status that reads as erased is none, and a SKU that does is on no shelf."""
        was = deliver("p-1", to="ann", city=city)
        erase("ann", operator="op", reason="asked for it")
        state = kept("p-1")
        assert (state.status, state.failure) == (was.status, was.failure)
        assert state.input["skus"] == ["Smith"]
        assert state.outs["call"]["rate"] == "555"
        assert state.outs["send"] == {"parcel": "p-1", "signed_for": "ann", "signed_by": ERASED}
        assert {name: one.status for name, one in state.steps.items()} == {
            name: one.status for name, one in was.steps.items()
        }

    def test_leaves_what_is_of_others(self) -> None:
        was = deliver("p-1", to="bob", city="Graz")
        deliver("p-2", to="ann", city="bob")
        erase("ann", operator="op", reason="asked for it")
        assert kept("p-1") == was

    def test_goes_on_where_it_was_broken_off(self) -> None:
        """Their key is gone by then, and nobody could tell what texts it had sealed."""
        erase("ann", operator="op", reason="asked for it")
        deliver("p-1", to="ann", city="Graz")
        assert erase("ann", operator="op", reason="once more").rows == 1
        assert kept("p-1").input["recipient"]["city"] == ERASED
        assert erase("ann", operator="op", reason="and again").rows == 0
