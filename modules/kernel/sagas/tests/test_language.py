"""What a definition compiles to, and what is refused when the class is made."""

from types import new_class

import pytest

from modules.kernel.sagas import Definition, Saga, UnsoundSaga, command, local
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
        first = define(key=command(SendKey, success=KeySent, retriable=True, pivot=True))
        other = define(
            key=command(SendKey, success=KeySent, retriable=True, pivot=True, timeout_seconds=1)
        )
        assert first.definition.hash != other.definition.hash


class TestLinter:
    def test_refuses_a_step_before_the_pivot_without_undo(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"key comes before the pivot and has no undo"):
            define(key=command(SendKey, success=KeySent))

    def test_refuses_a_step_after_the_pivot_that_is_not_retriable(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"close comes after the pivot key and is not"):
            define(
                key=command(SendKey, success=KeySent, pivot=True),
                close=local("trips.close"),
            )

    def test_refuses_two_pivots(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"key and again are both pivots"):
            define(
                key=command(SendKey, success=KeySent, pivot=True),
                again=command(SendKey, success=KeySent, pivot=True),
            )

    def test_refuses_an_argument_that_comes_from_nowhere(self) -> None:
        with pytest.raises(UnsoundSaga, match=r"where Pay\.amount_minor comes from"):
            define(pay=command(Pay, success=Paid, pivot=True))

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
