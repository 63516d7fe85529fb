"""How it is known that a write was refused because its module is being moved, or has moved.

The guards of a move are triggers: what they raise comes as an error of the database. See
`modules.kernel.extraction.moving.guards`.
"""

from django.db import DatabaseError

from modules.kernel.placements.errors import Fenced, Moved

#: What the text of a guard begins with.
REFUSAL = "quarry-fence"


def is_refused_write(error: BaseException) -> bool:
    """This tells the refusal of a guard from other errors of a database."""
    return isinstance(error, DatabaseError) and REFUSAL in str(error)


def is_moved_away(error: BaseException) -> bool:
    """This is true where nothing was done, because the module is being moved, or has moved."""
    return isinstance(error, Fenced | Moved) or is_refused_write(error)
