"""Each planted change is refused with a message that really breaks; harmless ones pass.

"Really" means: the writer's class takes the example, jsonschema finds it valid for the
writer and invalid for the reader, and msgspec refuses to decode it into the reader's class.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import pytest
from jsonschema import Draft202012Validator

from modules.kernel.contracts import interface
from modules.kernel.schemas import Direction, Edition, Mode, breaks
from modules.kernel.schemas.changes import Change, Judgement, changes
from modules.kernel.schemas.consumers import Consumer, Consumers
from modules.kernel.schemas.documents import file_name, interface_document, message_document
from modules.kernel.schemas.releases import Releases
from modules.kernel.schemas.tests.schema_pairs import closed
from tests.contracts.planted import HARMLESS, PLANTED, an_event

MAIL = Consumer(module="mail", reads=frozenset({"order_id"}))
BOOKS = Consumer(module="books", reads=frozenset({"order_id", "note"}))
CONSUMERS = {"shop.sold": (MAIL, BOOKS)}


@dataclass(frozen=True, kw_only=True)
class Note:
    text: str
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class Thread:
    company: str = ""
    answers: tuple["Thread", ...] = ()


@interface("shop")
class Till(Protocol):
    def takings(self) -> int: ...


def judged(
    *classes: type | None, consumers: Consumers = CONSUMERS, mode: Mode = Mode.FULL_TRANSITIVE
) -> list[Change]:
    """This gives the changes between an event's editions, oldest first, and the last of them."""
    documents = [message_document(one) if one else None for one in classes]
    return changed(*documents, consumers=consumers, mode=mode)


def changed(
    *documents: dict[str, Any] | None,
    consumers: Consumers = CONSUMERS,
    mode: Mode = Mode.FULL_TRANSITIVE,
) -> list[Change]:
    """This gives the changes between a contract's editions, oldest first, and the last of them."""
    editions: dict[str, tuple[Edition, ...]] = {}
    for number, document in enumerate(documents[:-1], start=1):
        if document:
            name = file_name(document)
            edition = Edition(at=f"commit{number}", schema=document)
            editions[name] = (*editions.get(name, ()), edition)
    released = Releases(revision="main", editions=editions, present=frozenset(editions))
    today = {file_name(last): last} if (last := documents[-1]) else {}
    return list(changes(today, released, consumers, mode=mode))


def is_valid(document: dict[str, Any], value: Any) -> bool:
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(document, format_checker=checker).is_valid(value)


class TestPlantedChanges:
    def test_are_at_least_fourteen(self) -> None:
        assert len(PLANTED) >= 14

    @pytest.mark.parametrize("case", PLANTED)
    def test_are_refused_with_a_message_that_breaks(self, case: str) -> None:
        plant = PLANTED[case]
        found = [
            change
            for change in judged(plant.before, plant.after)
            if change.direction == plant.direction.value and change.path == plant.path
        ]
        assert [change.judgement for change in found] == [Judgement.REFUSED]
        (change,) = found
        assert change.consumers == (MAIL, BOOKS)
        assert plant.hint in change.hint

        backward = plant.direction is Direction.BACKWARD
        writer, reader = (plant.before, plant.after) if backward else (plant.after, plant.before)
        assert is_valid(closed(message_document(writer)), change.example)
        message = msgspec.json.encode(change.example)
        assert msgspec.json.decode(message, type=writer) is not None
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(message, type=reader)

    @pytest.mark.parametrize("case", HARMLESS)
    def test_pass_where_they_are_harmless(self, case: str) -> None:
        assert judged(*HARMLESS[case]) == []

    def test_are_refused_when_a_name_comes_back_with_another_type(self) -> None:
        first, second, third = an_event(note=(str, "")), an_event(), an_event(note=(int, 0))

        against = {change.against for change in judged(first, second, third, consumers={})}
        only_the_last = judged(first, second, third, consumers={}, mode=Mode.FULL)

        assert against == {"commit1"}
        assert only_the_last == []

    def test_are_refused_where_a_removed_event_is_consumed(self) -> None:
        (change,) = judged(an_event(note=str), None)

        assert change.judgement is Judgement.REFUSED
        assert change.consumers == (MAIL, BOOKS)
        assert change.example == {"order_id": "text", "note": "text"}

    def test_are_noted_where_nobody_consumes_a_removed_event(self) -> None:
        (change,) = judged(an_event(note=str), None, consumers={})

        assert change.judgement is Judgement.NOTED

    def test_are_refused_where_a_version_is_raised_in_place(self) -> None:
        found = judged(an_event(), an_event(version=2, currency=str))

        assert [(change.contract, change.judgement) for change in found] == [
            ("shop.sold v1", Judgement.REFUSED),
            ("shop.sold v2", Judgement.NOTED),
        ]

    def test_are_refused_where_messages_get_another_key(self) -> None:
        (change,) = judged(an_event(sku=str), an_event(sku=str, key="sku"))

        assert change.judgement is Judgement.REFUSED
        assert "its key was order_id and is sku" in change.reason

    def test_are_refused_where_an_optional_field_goes_that_somebody_reads(self) -> None:
        (change,) = judged(an_event(note=(str, "")), an_event())

        assert (change.judgement, change.path) == (Judgement.REFUSED, "note")
        assert change.consumers == (BOOKS,)

    def test_are_noted_where_an_optional_field_goes_that_nobody_reads(self) -> None:
        (change,) = judged(an_event(memo=(str, "")), an_event())

        assert change.judgement is Judgement.NOTED

    @pytest.mark.parametrize(
        ("kind", "path"),
        [
            (Note, "note.company"),
            (Note | None, "note.company"),
            (tuple[Note, ...], "note[].company"),
            (dict[str, Note], "note[].company"),
            (Thread, "note.company"),
        ],
    )
    def test_are_refused_where_an_optional_field_goes_inside_one_that_somebody_reads(
        self, kind: Any, path: str
    ) -> None:
        before = an_event(note=kind)
        after = message_document(before)
        for definition in after["$defs"].values():
            definition["properties"].pop("company", None)

        (change,) = changed(message_document(before), after)

        assert (change.judgement, change.path) == (Judgement.REFUSED, path)
        assert change.consumers == (BOOKS,)

    def test_are_noted_where_an_optional_field_goes_inside_one_that_nobody_reads(self) -> None:
        before = an_event(memo=Note)
        after = message_document(before)
        del after["$defs"]["Note"]["properties"]["company"]

        (change,) = changed(message_document(before), after)

        assert (change.judgement, change.path) == (Judgement.NOTED, "memo.company")

    def test_are_told_once_where_an_optional_field_goes_with_all_that_is_inside(self) -> None:
        (change,) = judged(an_event(note=(Note | None, None)), an_event())

        assert (change.judgement, change.path) == (Judgement.REFUSED, "note")

    def test_are_refused_where_an_interface_goes_that_somebody_asks(self) -> None:
        (change,) = changed(interface_document(Till), None, consumers={"shop.Till": (BOOKS,)})

        assert (change.contract, change.judgement) == ("shop.Till", Judgement.REFUSED)
        assert change.reason == "is gone, and may still be asked"
        assert change.consumers == (BOOKS,)

    def test_are_noted_where_an_interface_goes_that_nobody_asks(self) -> None:
        (change,) = changed(interface_document(Till), None, consumers={})

        assert (change.judgement, change.reason) == (Judgement.NOTED, "is gone; nobody asks it")


class TestModes:
    REQUIRED_ADDED = (an_event(), an_event(currency=str))
    REQUIRED_REMOVED = (an_event(currency=str), an_event())

    @pytest.mark.parametrize("mode", Mode)
    def test_look_only_at_their_own_direction(self, mode: Mode) -> None:
        assert self.refused(self.REQUIRED_ADDED, mode) == mode.startswith(("BACKWARD", "FULL"))
        assert self.refused(self.REQUIRED_REMOVED, mode) == mode.startswith(("FORWARD", "FULL"))

    @pytest.mark.parametrize("mode", Mode)
    def test_look_at_older_editions_only_where_transitive(self, mode: Mode) -> None:
        classes = (an_event(a=(str, "")), an_event(), an_event(a=(int, 0)))

        assert self.refused(classes, mode) == mode.endswith("_TRANSITIVE")

    @staticmethod
    def refused(classes: tuple[type, ...], mode: Mode) -> bool:
        *old, today = (Edition(at="", schema=message_document(one)) for one in classes)
        return any(breaks(old, today.schema, mode))
