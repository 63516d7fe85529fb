"""Who has sent a request, for whoever answers it: `principal_of(request)`."""

from typing import Any

from modules.kernel.contracts import ANONYMOUS, Principal


def principal_of(request: Any) -> Principal:
    """This gives who has sent a request, Django's or that of its REST framework."""
    found: Principal = getattr(request, "principal", ANONYMOUS)
    return found
