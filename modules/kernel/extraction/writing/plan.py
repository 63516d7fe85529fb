"""All files of a service, as bytes by their path; nothing is written here."""

from pathlib import Path
from typing import TypeAlias

from modules.kernel.extraction.writing import adapting, dependencies
from modules.kernel.extraction.writing.carrying import carried
from modules.kernel.extraction.writing.drawing import drawn
from modules.kernel.extraction.writing.facts import Facts

Files: TypeAlias = dict[Path, bytes]

#: Scripts that are called by their name.
EXECUTABLE = (Path(".ci/run"),)


def plan(facts: Facts, *, root: Path) -> Files:
    """This gives the files.

    Args:
        root: of the monolith.

    Raises:
        NoPlace: a file of the monolith does not look as expected.
    """

    def text(name: str) -> str:
        return (root / name).read_text(encoding="utf-8")

    run = dependencies.requirements_to_run(text("requirements/run.in"), facts, root=root)
    develop = dependencies.requirements_to_develop(text("requirements/dev.in"), facts, root=root)
    adapted = {
        "importlinter.ini": adapting.layers(text("importlinter.ini"), facts),
        "pyproject.toml": adapting.project(text("pyproject.toml"), facts),
        "requirements/run.in": run,
        "requirements/dev.in": develop,
        "requirements/run.txt": dependencies.part_of_lock(text("requirements/run.txt"), run),
        "requirements/dev.txt": dependencies.part_of_lock(
            text("requirements/dev.txt"), run, develop
        ),
    }
    return {
        **carried(facts, root=root),
        **{Path(name): content.encode() for name, content in adapted.items()},
        **drawn(facts),
    }
