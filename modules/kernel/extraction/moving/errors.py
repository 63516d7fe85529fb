"""What is said of a move that cannot go on.

MoveError
├── NotReady       something is missing before it can begin, or go on
│   └── Unreachable    the service's database
├── Differs        a comparison found what should not be: nothing was switched
├── TookTooLong    the fence was opened again: nothing was switched
└── OtherMover     another mover is at it
"""


class MoveError(Exception):
    """This says why a move stopped, and what to do."""


class NotReady(MoveError):
    """This says what is missing."""


class Unreachable(NotReady):
    """This says that the service's database does not answer."""


class Differs(MoveError):
    """This says what differs between the sides that must not."""


class TookTooLong(MoveError):
    """This says what had not ended when callers had waited for long enough."""


class OtherMover(MoveError):
    """This says that another process moves the module at the moment."""
