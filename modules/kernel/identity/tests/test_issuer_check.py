"""Tokens carry their issuer: one that is this machine is known nowhere else."""

import pytest
from django.core.checks import Warning, run_checks
from pytest_django import Settings


@pytest.fixture(autouse=True)
def front_is_here(settings: Settings) -> None:
    settings.QUARRY_FRONT = settings.QUARRY_MODULES[0]


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"]
)
def test_a_deployment_is_warned_of_an_issuer_on_its_own_machine(
    settings: Settings, issuer: str
) -> None:
    settings.QUARRY_ISSUER = issuer
    [warning] = run_checks(tags=["identity"], include_deployment_checks=True)
    assert isinstance(warning, Warning)
    assert warning.id == "quarry.W020"
    assert f"QUARRY_ISSUER is '{issuer}'" in warning.msg
    assert run_checks(tags=["identity"]) == []


@pytest.mark.parametrize("issuer", ["https://quarry.example", "http://10.1.2.3:8000"])
def test_an_issuer_elsewhere_is_fit(settings: Settings, issuer: str) -> None:
    settings.QUARRY_ISSUER = issuer
    assert run_checks(tags=["identity"], include_deployment_checks=True) == []


@pytest.mark.parametrize("front", ["", "elsewhere"])
def test_only_the_deployable_with_the_front_gives_out_tokens(
    settings: Settings, front: str
) -> None:
    settings.QUARRY_FRONT = front
    assert run_checks(tags=["identity"], include_deployment_checks=True) == []
