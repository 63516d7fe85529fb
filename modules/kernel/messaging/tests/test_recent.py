"""What the last ticks gave positions to, as the consumers beside the leader see it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from modules.kernel.contracts import new_id
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.recent import _KEPT, Recent


def messages(first: int, last: int) -> list[Envelope]:
    """This gives messages at these positions."""
    return [
        Envelope(
            position=position,
            message_id=new_id(),
            source="probe",
            name="probe.thing_happened",
            schema_version=1,
            key="a",
            data="{}",
            recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for position in range(first, last + 1)
    ]


def positions(found: Sequence[Envelope] | None) -> list[int] | None:
    """This gives the positions of what was found."""
    return None if found is None else [one.position for one in found]


class TestRecent:
    def test_gives_what_follows_a_position_and_nothing_to_who_has_it_all(self) -> None:
        recent = Recent()
        recent.add(4, messages(5, 6))
        recent.add(6, messages(7, 7))
        assert positions(recent.since(4)) == [5, 6, 7]
        assert positions(recent.since(6)) == [7]
        assert positions(recent.since(7)) == []

    def test_knows_nothing_of_what_came_before_it(self) -> None:
        recent = Recent()
        assert recent.since(0) is None
        recent.add(4, messages(5, 6))
        assert recent.since(3) is None

    def test_knows_nothing_of_a_position_that_was_taken_back(self) -> None:
        recent = Recent()
        recent.add(4, messages(5, 6))
        assert recent.since(7) is None

    def test_begins_anew_after_a_gap(self) -> None:
        recent = Recent()
        recent.add(4, messages(5, 6))
        recent.add(8, messages(9, 9))
        assert recent.since(4) is None
        assert positions(recent.since(8)) == [9]

    def test_forgets(self) -> None:
        recent = Recent()
        recent.add(4, messages(5, 6))
        recent.forget()
        assert recent.since(5) is None

    def test_does_not_grow_without_end(self) -> None:
        recent = Recent()
        for after in range(0, 10 * _KEPT, 100):
            recent.add(after, messages(after + 1, after + 100))
        assert recent.since(0) is None
        kept = recent.since(10 * _KEPT - _KEPT)
        assert kept is not None
        assert len(kept) == _KEPT
