"""`python -m benchmarks.calls`: measures calls between modules against their bars."""

from functools import partial

from benchmarks.calls import bindings, checkout, remote, resilience
from benchmarks.calls.options import QUICK, Options
from benchmarks.harness import Command, describe_machine

_MEASURES = {
    "bindings": bindings.measure,
    "remote": remote.measure,
    "checkout": checkout.measure,
    "resilience": resilience.measure,
}


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    command = Command(
        "calls",
        title="Calls between modules",
        figures=list(_MEASURES),
        usual=Options(),
        quick=QUICK,
    )
    command.run(
        {name: partial(measure, command.options) for name, measure in _MEASURES.items()},
        describe_machine(),
    )


if __name__ == "__main__":
    main()
