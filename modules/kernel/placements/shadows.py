"""What came of questions that were asked of a module and of the service that it is to move to.

Noted by `modules.kernel.interfaces.shadowing`, read by whoever moves the module.
"""

from enum import StrEnum

from django.db import connections

_TABLE = "placements_shadowed"
_EXAMPLE_LENGTH = 500


class ShadowOutcome(StrEnum):
    """This tells what came of one question."""

    #: Both answered the same at once.
    SAME = "same"
    #: They did after a moment: what had changed was not copied yet.
    SETTLED = "settled"
    #: They did not.
    DIFFERENT = "different"
    #: The service did not answer.
    UNANSWERED = "unanswered"
    #: It was to be asked, and too much was waiting.
    LEFT_OUT = "left_out"


def note_shadow(
    module: str, method: str, outcome: ShadowOutcome, *, count: int = 1, example: str = ""
) -> None:
    """This counts what came of a question, and keeps the latest example."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (module, method, outcome, count, example)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (module, method, outcome) DO UPDATE SET"
            f" count = {_TABLE}.count + excluded.count, example = excluded.example",
            [module, method, outcome.value, count, example[:_EXAMPLE_LENGTH]],
        )


def read_shadows(*, using: str = "default") -> dict[str, dict[str, dict[str, int]]]:
    """This gives how often each method of each module had which outcome."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT module, method, outcome, count FROM {_TABLE} ORDER BY module, method, outcome"
        )
        for module, method, outcome, count in cursor.fetchall():
            found.setdefault(module, {}).setdefault(method, {})[outcome] = count
    return found


def different_shadows(module: str, *, using: str = "default") -> list[str]:
    """This gives the latest question of each method that was answered differently."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT example FROM {_TABLE} WHERE module = %s AND outcome = %s ORDER BY method",
            [module, ShadowOutcome.DIFFERENT.value],
        )
        return [row[0] for row in cursor.fetchall()]


def forget_shadows(module: str, *, using: str = "default") -> None:
    """This begins to count anew."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {_TABLE} WHERE module = %s", [module])
