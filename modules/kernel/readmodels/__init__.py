"""Read models: tables made for questions, thrown away and rebuilt from the log at will.

A `Projection` says what is kept of messages; `read` asks it, where and when that is right.
See `docs/event-sourcing.md`.
"""

from modules.kernel.readmodels.projection import Happened, Projection, Tables

__all__ = ["Projection", "Happened", "Tables"]
