"""Registering a module in text: what is around it stays as it was."""

import pytest

from modules.kernel.scaffolding.registration import (
    NoPlaceToRegister,
    registered_in_layers,
    registered_in_queues,
    registered_in_settings,
)

SETTINGS = """\
#: The modules.
ALL_MODULES = [
    "catalog",
    "console",  # the last
]

INSTALLED_APPS = [
]
"""

LAYERS = """\
[importlinter:contract:modules]
containers =
    modules
layers =
    (catalog) : (console)
    kernel

[importlinter:contract:layers-of-a-module]
name = Inside a module
containers =
    modules.catalog
    modules.console
layers =
    (tests) : (conftest)
    contracts
"""


class TestSettings:
    def test_get_the_module_as_their_last(self) -> None:
        assert registered_in_settings(SETTINGS, module="gifts") == SETTINGS.replace(
            "# the last\n", '# the last\n    "gifts",\n'
        )

    def test_that_are_written_otherwise_are_left_to_a_person(self) -> None:
        with pytest.raises(NoPlaceToRegister, match=r"_MODULES .* add '\"gifts\",' there"):
            registered_in_settings('ALL_MODULES = env.list("MODULES")', module="gifts")


class TestLayers:
    def test_get_the_module_beside_the_others_and_among_the_containers(self) -> None:
        assert registered_in_layers(LAYERS, module="gifts") == LAYERS.replace(
            "(console)\n", "(console) : (gifts)\n"
        ).replace("modules.console\n", "modules.console\n    modules.gifts\n")

    @pytest.mark.parametrize(
        ("lost", "named"),
        [("    kernel\n", "the layer above kernel"), ("    modules.c", "the containers")],
    )
    def test_that_are_written_otherwise_are_left_to_a_person(self, lost: str, named: str) -> None:
        with pytest.raises(NoPlaceToRegister, match=named):
            registered_in_layers(LAYERS.replace(lost, "    ?"), module="gifts")


class TestQueues:
    def test_get_that_of_the_module_as_their_last(self) -> None:
        compose = "    command:\n      - celery\n      - --queues=quarry.messaging\n  beat:\n"
        assert registered_in_queues(compose, queue="quarry.gifts") == compose.replace(
            "messaging\n", "messaging,quarry.gifts\n"
        )

    def test_that_are_written_otherwise_are_left_to_a_person(self) -> None:
        with pytest.raises(NoPlaceToRegister, match=r"--queues .* add ',quarry.gifts' there"):
            registered_in_queues("command: celery -Q quarry.messaging", queue="quarry.gifts")
