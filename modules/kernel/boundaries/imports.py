"""Imports as `importlinter.ini` judges them, one finding for each import that is refused.

Called by the report. The contracts are import-linter's own; they are run here, and not by
its command, because the ratchet needs the imports themselves and not their rendering.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import grimp
from importlinter import Contract, ContractCheck
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from modules.kernel.boundaries.finding import Finding

_CONTRACT_TYPES: dict[str, type[Contract]] = {
    "layers": LayersContract,
    "forbidden": ForbiddenContract,
    "protected": ProtectedContract,
}


def import_findings(*, configuration: str = "importlinter.ini") -> tuple[Finding, ...]:
    """This gives every import, and every stray file, that breaks a contract.

    An import that breaks several contracts is found once, under the first of them.

    Args:
        configuration: path of the file; its root packages must be importable.

    Raises:
        FileNotFoundError: there is no such file.
    """
    options = read_configuration(configuration)
    session = options["session_options"]
    graph = grimp.build_graph(
        *session["root_packages"],
        include_external_packages=True,
        cache_dir=".import_linter_cache",  # the one that `lint-imports` keeps
    )
    found: dict[str, Finding] = {}
    for contract_options in options["contracts_options"]:
        contract = _CONTRACT_TYPES[contract_options["type"]](
            name=contract_options["name"],
            session_options=session,
            contract_options=contract_options,
        )
        # A copy: a contract takes the imports that it ignores out of its graph.
        for finding in _findings(contract, contract.check(deepcopy(graph), verbose=False)):
            found.setdefault(finding.edge, finding)
    return tuple(found.values())


def _findings(contract: Contract, check: ContractCheck) -> Iterator[Finding]:
    for module in sorted(check.metadata.get("undeclared_modules", ())):
        parent = module.rpartition(".")[0]
        yield Finding(
            rule="stray-file",
            importer=module,
            imported=parent,
            detail=f"has no place in {parent}: it is not in the layers of {contract.name!r}; find "
            "the layer it belongs to, or make it part of that layer's package: "
            f"{_layers(contract)}",
        )
    for link in _links(check.metadata):
        yield Finding(
            rule="import",
            importer=link["importer"],
            imported=link["imported"],
            detail=f"imports {link['imported']}: {contract.name}",
            line=link["line_numbers"][0] or 0,
        )


def _layers(contract: Any) -> str:
    """This names the layers from the top down, those of one height together."""
    return ", ".join(
        " or ".join(sorted(tail.name for tail in layer.module_tails)) for layer in contract.layers
    )


def _links(metadata: dict[str, Any]) -> Iterator[Any]:
    """This gives the import with which each refused chain of imports begins."""
    for dependency in metadata.get("invalid_dependencies", ()):
        for route in dependency["routes"]:
            yield route["chain"][0]
            yield from route["extra_firsts"]
    for pair in metadata.get("invalid_chains", ()):
        for chain in pair["chains"]:
            yield chain[0]
    for protected in metadata.get("illegal_imports", ()):
        yield from protected.illegal_links
