"""What a definition compiles to, and what is refused when the class is made."""

from types import new_class

import pytest

from modules.kernel.sagas import (
    Definition,
    OnTimeout,
    Saga,
    UnsoundSaga,
    command,
    local,
    semantic_lock,
)
from modules.kernel.sagas.references import Reference
from modules.kernel.sagas.tests.trip import (
    BookRoom,
    CancelRoom,
    KeySent,
    Paid,
    Pay,
    RoomBooked,
    SendKey,
    Trip,
    TripWanted,
    Unpaid,
    Unpay,
)


def define(**steps: object) -> type[Saga]:
    body = {"name": "trips.other", "version": 1, "input": TripWanted, **steps}
    return new_class("Other", (Saga,), exec_body=lambda namespace: namespace.update(body))


class TestDefinition:
    def test_takes_arguments_from_input_and_answers(self) -> None:
        assert Trip.definition.step("room").args == {
            "trip": Reference("", ("trip",)),
            "beds": Reference("", ("seats",)),
        }
        assert Trip.definition.step("pay").args["amount_minor"] == Reference(
            "price", ("amount_minor",)
        )

    def test_survives_its_canonical_form(self) -> None:
        again = Definition.from_canonical(Trip.definition.canonical)
        assert again == Trip.definition
        assert again.hash == Trip.definition.hash

    def test_changes_its_hash_with_any_change(self) -> None:
        first = define(key=command(SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK))
        other = define(
            key=command(
                SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK, timeout_seconds=1
            )
        )
        assert first.definition.hash != other.definition.hash


class TestLinter:
    def test_refuses_a_step_before_the_pivot_without_undo(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"key comes before the pivot and has no undo"):
            define(key=command(SendKey, success=KeySent))

    def test_refuses_a_step_after_the_pivot_that_is_not_retriable(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"close comes after the pivot key and is not"):
            define(
                key=command(SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK),
                close=local("trips.close"),
            )

    def test_refuses_two_pivots(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"key and again are both pivots"):
            define(
                key=command(SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK),
                again=command(SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK),
            )

    def test_refuses_an_argument_that_comes_from_nowhere(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"where Pay\.amount_minor comes from"):
            define(pay=command(Pay, success=Paid, pivot=True, on_timeout=OnTimeout.ASK))

    def test_refuses_a_step_before_the_pivot_that_is_retriable(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"note comes before the pivot key and is retriable"):
            define(
                note=local("trips.note", retriable=True),
                key=command(SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK),
            )

    def test_refuses_a_step_beside_the_pivot(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"close runs beside the pivot key"):
            define(
                key=command(SendKey, success=KeySent, pivot=True, on_timeout=OnTimeout.ASK),
                close=local("trips.close", retriable=True, after=()),
            )

    def test_refuses_an_argument_from_an_answer_that_may_not_be_there(self) -> None:
        price = local("trips.price")
        with pytest.raises(UnsoundSaga, match=r"pay takes amount_minor from the answer of price"):
            define(
                price=price,
                pay=command(
                    Pay,
                    args={"amount_minor": price.out.amount_minor},
                    success=Paid,
                    undo=Unpay,
                    undone=Unpaid,
                    after=(),
                ),
            )

    def test_refuses_a_lock_whose_key_may_not_be_there(self) -> None:
        price = local("trips.price")
        with pytest.raises(UnsoundSaga, match=r"note takes the key of bus from the answer of pri"):
            define(
                note=local("trips.note", isolation=(semantic_lock("bus", price.out.bus),)),
                price=price,
            )

    def test_refuses_an_event_that_is_success_and_failure(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"rooms\.key_sent says of key that it was done and"):
            define(
                key=command(
                    SendKey,
                    success=KeySent,
                    failure=(KeySent,),
                    pivot=True,
                    on_timeout=OnTimeout.ASK,
                )
            )

    def test_refuses_a_pivot_whose_silence_could_be_for_good(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"the pivot key has no undo, so when it is not an"):
            define(key=command(SendKey, success=KeySent, pivot=True))

    def test_refuses_a_pivot_that_cannot_say_no(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"the pivot key is retriable"):
            define(key=command(SendKey, success=KeySent, pivot=True, retriable=True))

    def test_refuses_to_ask_about_what_is_asked_again_anyway(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"key is retriable, so it is asked for again anyw"):
            define(key=command(SendKey, success=KeySent, retriable=True, on_timeout=OnTimeout.ASK))

    def test_refuses_what_is_no_contract(self) -> None:
        with pytest.raises(TypeError, match=r"int is not a message: declare it"):
            define(key=command(SendKey, success=int, retriable=True))

    def test_refuses_an_undo_whose_end_nobody_hears_of(self) -> None:
        with pytest.raises(UnsoundSaga, match="nothing says when it is done"):
            define(
                room=command(
                    BookRoom,
                    args={"beds": Reference("", ("seats",))},
                    success=RoomBooked,
                    undo=CancelRoom,
                )
            )
