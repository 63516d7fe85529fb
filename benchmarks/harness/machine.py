"""What a benchmark was measured on: numbers without it mean nothing to the next reader."""

import os
import platform
from pathlib import Path

import psycopg


def describe_machine(server: str | None = None) -> dict[str, str]:
    """This gives processor, cores, load and versions.

    Args:
        server: a PostgreSQL server that was measured on, whose settings then matter too.
    """
    load, _, _ = os.getloadavg()
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": f"{load:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **(_settings(server) if server else {}),
    }


def _settings(server: str) -> dict[str, str]:
    with psycopg.connect(server) as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in (
                "server_version",
                "fsync",
                "synchronous_commit",
                "shared_buffers",
                "max_wal_size",
            )
        }
    return {f"PostgreSQL {name}": str(row[0]) for name, row in settings.items() if row}


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
