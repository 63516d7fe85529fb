"""For tests: what every participant of a saga must pass: asked twice, undone twice, undone first.

A participant's own state is its barrier (decision 0017): it answers again what it has done,
and remembers an undo that came before its action, so that the late action is refused. A
module whose commands are steps of a saga takes this suite into its tests:

    class TestBooking(ParticipantSuite):
        asking = "trips"
        done, refused = RoomBooked, RoomRefused
        undo, undone = CancelRoom, RoomCancelled

        def prepare(self) -> None: ...
        def command(self, instance_id: str) -> object: ...
        def standing(self, instance_id: str) -> int: ...

Source: null compensation, hanging and idempotence in the sub-transaction barriers of DTM and
Seata.
"""

from __future__ import annotations

from typing import Any, ClassVar

from modules.kernel.contracts import contract_of, new_id
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.unit_of_work import unit_of_work


class ParticipantSuite:
    """This is the suite; a subclass says whose.

    Attributes:
        asking: the module that owns the saga, on whose behalf the commands are sent.
        done, refused: the events that answer the action.
        undo, undone: the command that undoes it, and the event that says so.
    """

    asking: ClassVar[str]
    done: ClassVar[type]
    refused: ClassVar[type]
    undo: ClassVar[type]
    undone: ClassVar[type]

    def prepare(self) -> None:
        """This makes what the action needs, before each test."""

    def command(self, instance_id: str) -> Any:
        """This gives the action's command."""
        raise NotImplementedError

    def undo_command(self, instance_id: str) -> Any:
        """This gives the command that undoes it; by default the one whose key is all it has."""
        return self.undo(**{contract_of(self.undo).key: instance_id})

    def standing(self, instance_id: str) -> int:
        """This gives how often the action's effect stands: 0 or 1, if all is well."""
        raise NotImplementedError

    def test_does_once_what_it_is_asked_for_twice(self) -> None:
        self.prepare()
        instance_id = str(new_id())
        self._send(self.command(instance_id))
        self._send(self.command(instance_id))
        assert self.standing(instance_id) == 1
        assert self._answers(instance_id) == [self.done, self.done]

    def test_undoes_once_what_it_is_asked_to_undo_twice(self) -> None:
        self.prepare()
        instance_id = str(new_id())
        self._send(self.command(instance_id))
        self._send(self.undo_command(instance_id))
        self._send(self.undo_command(instance_id))
        assert self.standing(instance_id) == 0
        assert self._answers(instance_id) == [self.done, self.undone, self.undone]

    def test_refuses_an_action_whose_undo_came_first(self) -> None:
        self.prepare()
        instance_id = str(new_id())
        self._send(self.undo_command(instance_id))
        self._send(self.command(instance_id))
        self._send(self.command(instance_id))
        assert self.standing(instance_id) == 0
        assert self._answers(instance_id) == [self.undone, self.refused, self.refused]

    def test_has_nothing_standing_when_both_come_at_once(self) -> None:
        self.prepare()
        instance_id = str(new_id())
        with unit_of_work(self.asking) as work:
            work.append(self.command(instance_id))
            work.append(self.undo_command(instance_id))
            work.append(self.command(instance_id))
        drain(until_idle=True)
        assert self.standing(instance_id) == 0
        assert self._answers(instance_id)[-1] in (self.refused, self.undone)

    def _send(self, command: object) -> None:
        with unit_of_work(self.asking) as work:
            work.append(command)
        drain(until_idle=True)

    def _answers(self, instance_id: str) -> list[type]:
        kinds = {contract_of(one).name: one for one in (self.done, self.refused, self.undone)}
        told = Message.objects.filter(name__in=kinds, key=instance_id).order_by("id")
        return [kinds[name] for name in told.values_list("name", flat=True)]
