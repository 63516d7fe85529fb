"""Messages set aside, as the pages about them show them."""

import json
from dataclasses import dataclass

from modules.console.queries.orders import is_order
from modules.kernel.messaging import operations
from modules.kernel.messaging.operations import SetAsideMessage

#: What one page lists at the most.
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """These are the oldest messages that were asked for; `more` of them are not shown."""

    messages: tuple[SetAsideMessage, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """This is one message set aside, with all that helps to decide about it.

    Attributes:
        attributes: its CloudEvent without the data.
        data: indented JSON; as it is, where it is none; that it is gone, if the log has it no more.
        ahead: the message of its key that it waits for, if it does.
        behind: the messages of its key that wait for it.
        of_order: its key is an order's.
    """

    message: SetAsideMessage
    attributes: tuple[tuple[str, object], ...]
    data: str
    ahead: SetAsideMessage | None
    behind: Listed
    of_order: bool


def listed(*, consumer: str, state: str, key: str) -> Listed:
    """This gives what is set aside, narrowed to what is not empty."""
    found = operations.set_aside(consumer=consumer, state=state, key=key, limit=SHOWN + 1)
    return Listed(messages=tuple(found[:SHOWN]), more=len(found) > SHOWN)


def message_page(*, consumer: str, source: str, position: int) -> MessagePage:
    """This gives one message.

    Raises:
        NotSetAside: it has gone through, or was dropped.
    """
    message, event = operations.show(consumer=consumer, source=source, position=position)
    of_key = [
        other
        for other in operations.set_aside(consumer=consumer, key=message.key, limit=SHOWN + 1)
        if other.source == source
    ]
    ahead = [other for other in of_key if other.position < position]
    behind = [other for other in of_key if other.position > position]
    return MessagePage(
        message=message,
        attributes=tuple((name, value) for name, value in (event or {}).items() if name != "data"),
        data=_indented(str(event["data"])) if event else "It is not in the log any more.",
        ahead=ahead[0] if ahead else None,
        behind=Listed(messages=tuple(behind), more=len(of_key) > SHOWN),
        of_order=is_order(message.key),
    )


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
