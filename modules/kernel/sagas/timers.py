"""The saga engine's own messages: reminders to itself."""

from modules.kernel.contracts import command
from modules.kernel.messaging.catalogue import register_message


@command("sagas.note_timeout", version=1, key="instance_id")
class NoteTimeout:
    """An attempt at a step, or at its undo, should have been answered by now."""

    saga: str
    instance_id: str
    step: str
    undo: bool
    attempt: int


@command("sagas.note_lock_free", version=1, key="instance_id")
class NoteLockFree:
    """A lock that a step has waited for was let go."""

    saga: str
    instance_id: str
    step: str


@command("sagas.note_happening", version=1, key="instance_id")
class NoteHappening:
    """Something that is no message of a module has happened to a choreographed instance.

    Attributes:
        kind: the name of the class in `modules.kernel.sagas.state`.
        data: its fields, as JSON.
    """

    saga: str
    instance_id: str
    kind: str
    data: str


register_message(NoteTimeout)
register_message(NoteLockFree)
register_message(NoteHappening)
