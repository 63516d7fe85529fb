"""What the settings may say of interfaces, and what is found before the first call."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from modules.kernel.interfaces import allow, callers_of, wired, work_with
from modules.kernel.interfaces.checks import check_interfaces, check_what_is_asked
from modules.kernel.interfaces.configuring import configure
from modules.kernel.interfaces.tokens import KeyFolder


class TestTheCheck:
    def test_finds_nothing_where_all_is_here(self) -> None:
        assert check_interfaces() == []

    def test_finds_a_module_elsewhere_that_nobody_could_sign_for(self, settings: Any) -> None:
        settings.QUARRY_LOCATIONS = {"payments": "http://127.0.0.1:1"}
        assert [one.id for one in check_interfaces()] == ["quarry.E014"]
        settings.QUARRY_INTERNAL_KEYS = "keys"
        assert check_interfaces() == []

    def test_finds_a_module_that_is_said_to_be_here_and_is_not(self, settings: Any) -> None:
        settings.QUARRY_LOCATIONS = {"payments": "serialized"}
        settings.QUARRY_MODULES = ["ordering"]
        assert [one.id for one in check_interfaces()] == ["quarry.E015"]

    def test_finds_a_module_that_is_awaited_where_its_code_is_not(self, settings: Any) -> None:
        settings.QUARRY_MODULES = ["ordering", "payments"]
        settings.QUARRY_AWAITED_MODULES = ["payments"]
        assert check_interfaces() == []
        settings.QUARRY_MODULES = ["ordering"]
        assert [one.id for one in check_interfaces()] == ["quarry.E016"]

    def test_finds_a_front_that_is_no_module(self, settings: Any) -> None:
        settings.QUARRY_FRONT = "gone"
        assert [one.id for one in check_interfaces()] == ["quarry.E018"]
        settings.QUARRY_FRONT = ""
        assert check_interfaces() == []

    def test_lets_the_front_of_a_service_be_elsewhere(self, settings: Any) -> None:
        settings.QUARRY_FRONT = "gone"
        settings.QUARRY_DEPLOYABLE = settings.QUARRY_MODULES[0]
        assert check_interfaces() == []


class TestTheCheckOfADeployment:
    @pytest.fixture(autouse=True)
    def a_bank_asks_a_vault(self, settings: Any) -> None:
        settings.QUARRY_MODULES = ["bank"]
        allow("bank", ["vault.Vault"])

    def test_warns_of_a_module_that_is_asked_and_is_nowhere(self) -> None:
        [warning] = check_what_is_asked()
        assert warning.id == "quarry.W021"
        assert "bank asks vault.Vault" in warning.msg
        assert "QUARRY_MODULES_VAULT" in str(warning.hint)

    def test_is_content_where_it_is_here_or_somebody_says_where(self, settings: Any) -> None:
        settings.QUARRY_LOCATIONS = {"vault": "https://vault.internal"}
        assert check_what_is_asked() == []
        settings.QUARRY_LOCATIONS = {}
        settings.QUARRY_MODULES = ["bank", "vault"]
        assert check_what_is_asked() == []

    def test_leaves_it_to_a_caller_that_is_elsewhere(self, settings: Any) -> None:
        settings.QUARRY_MODULES = ["till"]
        assert check_what_is_asked() == []

    def test_leaves_a_service_to_be_told_where_it_runs(self, settings: Any) -> None:
        settings.QUARRY_DEPLOYABLE = "bank"
        assert check_what_is_asked() == []


class TestConfiguring:
    def test_takes_locations_keys_and_callers(self, settings: Any, tmp_path: Path) -> None:
        before = wired()
        settings.QUARRY_LOCATIONS = {"payments": "http://127.0.0.1:1"}
        settings.QUARRY_INTERNAL_KEYS = str(tmp_path)
        settings.QUARRY_CALLERS = ["reports:payments.Payments"]
        configure(settings)
        try:
            assert wired().locations.of("payments").url == "http://127.0.0.1:1"
            assert wired().signer is not None
            assert "reports" in callers_of("payments.Payments")
        finally:
            work_with(before)

    def test_refuses_a_caller_of_nothing(self, settings: Any) -> None:
        settings.QUARRY_CALLERS = ["reports"]
        before = wired()
        with pytest.raises(ValueError, match=r"caller:module\.Interface"):
            configure(settings)
        work_with(before)


class TestTheKeysCommand:
    def test_makes_keys_for_the_modules_that_are_named(self, tmp_path: Path) -> None:
        said = StringIO()
        call_command("interface_keys", "payments", folder=tmp_path, stdout=said)
        assert said.getvalue().startswith("payments: payments.")
        assert KeyFolder(tmp_path).private("payments").kid
        assert not (tmp_path / "catalog.private.json").exists()

    def test_makes_keys_for_all_where_none_is_named(self, tmp_path: Path, settings: Any) -> None:
        call_command("interface_keys", folder=tmp_path, stdout=StringIO())
        made = {path.name.partition(".")[0] for path in tmp_path.iterdir()}
        assert made == set(settings.QUARRY_ALL_MODULES)

    def test_asks_for_a_folder(self) -> None:
        with pytest.raises(CommandError, match="QUARRY_INTERNAL_KEYS"):
            call_command("interface_keys")
