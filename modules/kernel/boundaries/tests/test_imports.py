"""What is found of a package and the contracts that an `importlinter.ini` has for it."""

from pathlib import Path

import pytest

from modules.kernel.boundaries.imports import import_findings

CONTRACTS = """
[importlinter]
root_packages =
    strayshop

[importlinter:contract:layers]
name = Every file has its layer
type = layers
containers =
    strayshop
layers =
    (views) : (web)
    models
exhaustive = True
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This is a package whose models are in their layer."""
    package = tmp_path / "strayshop"
    package.mkdir()
    for name in ("__init__", "models"):
        (package / f"{name}.py").touch()
    (tmp_path / "importlinter.ini").write_text(CONTRACTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return package


def test_a_package_in_its_layers_has_no_findings(package: Path) -> None:
    assert import_findings() == ()


def test_a_file_in_no_layer_is_told_which_there_are(package: Path) -> None:
    (package / "helpers.py").touch()
    [finding] = import_findings()
    assert finding.edge == "stray-file: strayshop.helpers -> strayshop"
    assert finding.detail == (
        "has no place in strayshop: it is not in the layers of 'Every file has its layer'; find "
        "the layer it belongs to, or make it part of that layer's package: views or web, models"
    )
