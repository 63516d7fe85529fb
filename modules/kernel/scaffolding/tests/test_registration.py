"""Registering a module in text: what is around it stays as it was."""

import pytest

from modules.kernel.scaffolding.registration import (
    NoPlaceToRegister,
    registered_in_layers,
    registered_in_queues,
    registered_in_settings,
    taken_out_of_layers,
    taken_out_of_queues,
    taken_out_of_scopes,
    taken_out_of_settings,
)

SETTINGS = """\
#: The modules.
ALL_MODULES: list[str] = [
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

    def test_that_have_none_get_their_first(self) -> None:
        assert (
            registered_in_settings("ALL_MODULES: list[str] = []\n", module="gifts")
            == 'ALL_MODULES: list[str] = [\n    "gifts",\n]\n'
        )

    def test_are_as_before_when_it_is_taken_out(self) -> None:
        with_it = registered_in_settings(SETTINGS, module="gifts")
        assert taken_out_of_settings(with_it, module="gifts") == SETTINGS
        with pytest.raises(NoPlaceToRegister, match=r"take '\"gifts\",' out there"):
            taken_out_of_settings(SETTINGS, module="gifts")

    def test_that_are_written_otherwise_are_left_to_a_person(self) -> None:
        with pytest.raises(NoPlaceToRegister, match=r"_MODULES .* add '\"gifts\",' there"):
            registered_in_settings('ALL_MODULES = env.list("MODULES")', module="gifts")


class TestLayers:
    def test_get_the_module_beside_the_others_and_among_the_containers(self) -> None:
        assert registered_in_layers(LAYERS, module="gifts") == LAYERS.replace(
            "(console)\n", "(console) : (gifts)\n"
        ).replace("modules.console\n", "modules.console\n    modules.gifts\n")

    def test_are_as_before_when_it_is_taken_out(self) -> None:
        with_it = registered_in_layers(LAYERS, module="gifts")
        assert taken_out_of_layers(with_it, module="gifts") == LAYERS

    def test_that_have_none_get_their_first(self) -> None:
        none = LAYERS
        for module in ("catalog", "console"):
            none = taken_out_of_layers(none, module=module)
        assert "(" not in none.partition("[importlinter:contract:layers-of-a-module]")[0]
        only = registered_in_layers(none, module="gifts")
        assert "layers =\n    (gifts)\n    kernel\n" in only
        assert "containers =\n    modules.gifts\nlayers" in only

    @pytest.mark.parametrize(
        ("lost", "named"),
        [
            ("    kernel\n", "the layer above kernel"),
            ("containers =\n    modules.c", "the containers"),
        ],
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

    def test_lose_that_of_a_module_that_goes(self) -> None:
        compose = "      - --queues=quarry.messaging,quarry.gifts,quarry.gifts_sent\n"
        assert taken_out_of_queues(compose, queue="quarry.gifts") == compose.replace(
            "quarry.gifts,", ""
        )
        assert taken_out_of_queues(compose, queue="quarry.console") == compose


class TestScopes:
    def test_are_taken_out_wherever_they_are_given(self) -> None:
        said = (
            "QUARRY_SCOPES: dict[str, str] = {\n"
            '    "gifts:read": "See gifts",\n'
            '    "gifts:write": "Give",\n'
            "}\n"
            'QUARRY_SESSION_SCOPES: list[str] = ["gifts:read", "gifts:write"]\n'
            'QUARRY_HOUSE_SCOPES: list[str] = ["gifts:write"]\n'
        )
        assert taken_out_of_scopes(said, scopes=["gifts:write"]) == (
            "QUARRY_SCOPES: dict[str, str] = {\n"
            '    "gifts:read": "See gifts",\n'
            "}\n"
            'QUARRY_SESSION_SCOPES: list[str] = ["gifts:read"]\n'
            "QUARRY_HOUSE_SCOPES: list[str] = []\n"
        )
