"""`python -m benchmarks.gateway`: measures the front door against its bars."""

from benchmarks.gateway import pages, passing
from benchmarks.gateway.options import QUICK, Options
from benchmarks.harness import Command

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
    command.run_on_postgres(_MEASURES)


if __name__ == "__main__":
    main()
