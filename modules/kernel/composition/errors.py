"""What a caller sees when an answer cannot be put together.

Unavailable
└── PartUnavailable(part, state)   code part-unavailable
"""

from modules.kernel.contracts import Unavailable


class PartUnavailable(Unavailable):
    """This says which part, without which there is no answer, could not be had, and how.

    Facts: part, state (`missing` or `late`).
    """

    code = "part-unavailable"
    title = "A part of the answer cannot be had now"
