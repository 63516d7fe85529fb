"""Where a module's lines are, from the root of the repository."""

from pathlib import Path

SETTINGS = Path("config", "settings", "deployable.py")
SCOPES = Path("config", "settings", "base.py")
LAYERS = Path("importlinter.ini")
#: Not in every repository: a product may be deployed by other means.
COMPOSE = Path("compose.yaml")
