"""The saga engine's own message: a scheduled reminder that an answer is overdue."""

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


register_message(NoteTimeout)
