import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from modules.kernel.composition import (
    BadComposition,
    Composition,
    Part,
    PartUnavailable,
    State,
    compose,
)
from modules.kernel.contracts import NotFound, Unavailable
from modules.kernel.interfaces import current_call, within
from modules.kernel.messaging.context import current_causes, on_behalf_of
from modules.kernel.messaging.unit_of_work import unit_of_work

Ask = Callable[[str, Mapping[str, Any]], Any]


def part(name: str, ask: Ask, **said: Any) -> Part[str]:
    return Part(name=name, ask=ask, seconds=said.pop("seconds", 5.0), **said)


def composition(*parts: Part[str], seconds: float = 10.0) -> Composition[str]:
    return Composition(name="tests.page", seconds=seconds, parts=parts)


def gives(value: object) -> Ask:
    return lambda question, found: value


def away(question: str, found: Mapping[str, Any]) -> None:
    raise Unavailable("nobody is there")


@pytest.fixture
def never() -> Iterator[Ask]:
    """A question that is answered when the test is over, and not before."""
    over = threading.Event()
    yield lambda question, found: over.wait(60)
    over.set()


class TestCompose:
    def test_gives_each_part_what_was_asked_and_what_it_needs(self) -> None:
        page = compose(
            composition(
                part("order", lambda question, found: f"order {question}"),
                part("lines", lambda question, found: dict(found), needs=("order",)),
            ),
            "7",
        )
        assert page["lines"] == {"order": "order 7"}
        assert page.states == {"order": State.OK, "lines": State.OK}
        assert page.incomplete == ()

    def test_asks_for_parts_at_once(self) -> None:
        both = threading.Barrier(2, timeout=20)

        def meets(question: str, found: Mapping[str, Any]) -> bool:
            both.wait()
            return True

        page = compose(composition(part("one", meets), part("other", meets)), "")
        assert page.found == {"one": True, "other": True}

    def test_leaves_out_what_cannot_be_had_and_what_needs_it(self) -> None:
        page = compose(
            composition(
                part("order", gives("there"), required=True),
                part("payment", away),
                part("receipt", gives("never asked for"), needs=("payment",)),
            ),
            "",
        )
        assert page.states == {
            "order": State.OK,
            "payment": State.MISSING,
            "receipt": State.MISSING,
        }
        assert page.get("payment") is None
        assert page.incomplete == ("payment", "receipt")

    def test_leaves_out_a_part_that_breaks(self) -> None:
        def breaks(question: str, found: Mapping[str, Any]) -> None:
            raise ZeroDivisionError

        page = compose(composition(part("order", gives(1)), part("payment", breaks)), "")
        assert page.states["payment"] is State.MISSING

    def test_waits_for_no_part_past_its_deadline(self, never: Ask) -> None:
        page = compose(
            composition(part("order", gives("there")), part("payment", never, seconds=0.05)), ""
        )
        assert page["order"] == "there"
        assert page.states["payment"] is State.LATE

    def test_is_over_after_its_own_time_whatever_its_parts_may_take(self, never: Ask) -> None:
        page = compose(composition(part("payment", never, seconds=50.0), seconds=0.05), "")
        assert page.states["payment"] is State.LATE

    def test_is_over_when_the_call_that_it_answers_is(self, never: Ask) -> None:
        with within(0.05):
            page = compose(composition(part("payment", never, seconds=50.0), seconds=50.0), "")
        assert page.states["payment"] is State.LATE

    def test_says_which_required_part_is_late(self, never: Ask) -> None:
        with pytest.raises(PartUnavailable) as caught:
            compose(composition(part("order", never, seconds=0.05, required=True)), "")
        assert caught.value.facts == {"part": "order", "state": "late"}

    def test_says_which_required_part_is_missing_and_why(self) -> None:
        with pytest.raises(PartUnavailable, match=r"order is missing.*nobody is there") as caught:
            compose(composition(part("order", away, required=True)), "")
        assert caught.value.facts == {"part": "order", "state": "missing"}

    def test_lets_an_error_of_a_required_part_through(self) -> None:
        def unknown(question: str, found: Mapping[str, Any]) -> None:
            raise NotFound("there is no such order")

        with pytest.raises(NotFound, match="no such order"):
            compose(composition(part("order", unknown, required=True)), "")

    def test_takes_deadline_and_causes_along(self) -> None:
        def seen(question: str, found: Mapping[str, Any]) -> tuple[str, float]:
            deadline = current_call().deadline
            assert deadline is not None
            return current_causes().actor, deadline - time.monotonic()

        with on_behalf_of("user:ann"):
            actor, left = compose(composition(part("order", seen, seconds=5.0)), "")["order"]
        assert actor == "user:ann"
        assert 0 < left <= 5.0

    @pytest.mark.django_db
    def test_is_refused_inside_a_transaction(self) -> None:
        with (
            unit_of_work("ordering"),
            pytest.raises(RuntimeError, match="in a transaction of ordering"),
        ):
            compose(composition(part("order", gives(1))), "")


class TestComposition:
    @pytest.mark.parametrize(
        ("parts", "why"),
        [
            ((part("a", away), part("a", away)), "two parts named a"),
            ((part("a", away, needs=("b",)), part("b", away)), "must stand before it"),
            (
                (part("a", away), part("b", away, needs=("a",), required=True)),
                "require that too",
            ),
        ],
    )
    def test_refuses(self, parts: tuple[Part[str], ...], why: str) -> None:
        with pytest.raises(BadComposition, match=why):
            composition(*parts)
