"""Whether a page that asks again has anything new to show."""

import hashlib


def fingerprint_of(*shown: object) -> str:
    """This gives a short text that differs whenever one of the things differs that a page shows.

    Args:
        shown: such as say in their `repr` all that is seen of them.
    """
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]
