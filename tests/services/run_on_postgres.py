"""`python -m tests.services.run_on_postgres [--18] COMMAND…`: a command with PostgreSQL to use.

`make test` runs the modules' tests a second time with this. The server is the running one or,
without one or with ``--18``, PostgreSQL 18 from PyPI. By the rule of `tests.services.rule`, a
machine that has neither skips the command and says so, and fails where ``CI=true``.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services.postgres import database_url, embedded_postgres, running_postgres
from tests.services.rule import ServiceMissing


def main(command: list[str]) -> int:
    """This runs the command and gives its exit code."""
    newest = command[:1] == ["--18"]
    command = command[newest:]
    try:
        with embedded_postgres() if newest else _some_postgres() as server:
            # By process: two runs on one machine must not share their databases.
            url = database_url(server, f"quarry_{os.getpid()}")
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode
    except ServiceMissing as error:
        sys.stderr.write(f"not run on PostgreSQL: {error}\n")
        return 1 if os.environ.get("CI") == "true" else 0


@contextmanager
def _some_postgres() -> Iterator[str]:
    try:
        server = running_postgres()
    except ServiceMissing:
        with embedded_postgres() as started:
            yield started
    else:
        yield server


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
