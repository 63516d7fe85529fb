"""What is adapted: the rest of each file stays as it was, and nothing is guessed."""

import pytest

from modules.kernel.extraction.writing.adapting import NoPlace, layers, project
from modules.kernel.extraction.writing.tests.gifts import facts

LAYERS = """\
; A comment.
layers =
    (desk) : (gifts) : (stock)
    kernel

containers =
    modules.desk
    modules.gifts
    modules.stock
layers =
    contracts

source_modules =
    modules.kernel
    modules.*.domain
"""

PROJECT = """\
[project]
name = "quarry"
description = "A monolith."

[tool.mypy]
files = ["config", "modules", "benchmarks", "manage.py"]

[tool.deptry]
exclude = []

[tool.deptry.per_rule_ignores]
DEP002 = ["granian"]
"""


class TestLayers:
    def test_have_the_modules_that_are_there_and_the_inside_of_one(self) -> None:
        assert layers(LAYERS, facts()) == LAYERS.replace(
            "(desk) : (gifts) : (stock)", "(gifts) : (stock)"
        ).replace("    modules.desk\n", "").replace("    modules.stock\n", "")

    def test_that_are_written_otherwise_are_left_to_a_person(self) -> None:
        with pytest.raises(NoPlace, match="above `kernel`"):
            layers("layers =\n    desk\n", facts())


class TestProject:
    def test_has_a_name_of_its_own_and_checks_what_is_there(self) -> None:
        assert project(PROJECT, facts()) == (
            '[project]\nname = "quarry-gifts"\ndescription = "Wraps things."\n\n'
            '[tool.mypy]\nfiles = ["config", "modules", "manage.py"]\n'
        )

    def test_that_is_written_otherwise_is_left_to_a_person(self) -> None:
        with pytest.raises(NoPlace, match="nothing is like"):
            project(PROJECT.replace('"quarry"', "'quarry'"), facts())
