"""`python -m benchmarks.gateway`: measures the front door against its bars."""

from functools import partial

from benchmarks.gateway import pages, passing
from benchmarks.gateway.options import QUICK, Options
from benchmarks.harness import Command, describe_machine, postgres_server

_MEASURES = {"passing": passing.measure, "pages": pages.measure}


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    command = Command(
        "gateway",
        title="The front door",
        figures=list(_MEASURES),
        usual=Options(),
        quick=QUICK,
    )
    with postgres_server() as server:
        command.run(
            {
                name: partial(measure, server, command.options)
                for name, measure in _MEASURES.items()
            },
            describe_machine(server),
        )


if __name__ == "__main__":
    main()
