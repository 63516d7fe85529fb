"""What benchmarks share: databases, processes, rounds, figures and the report of them.

Nothing here imports Django: the process that measures only gives the orders, and reads the
database with psycopg. What is measured runs in processes of a `Crew`.
"""

from benchmarks.harness.command import Command
from benchmarks.harness.crew import Crew, Stop
from benchmarks.harness.database import Database, postgres_server
from benchmarks.harness.figure import (
    Figure,
    Spread,
    interleave,
    percentile,
    ratios,
    spread_of,
)
from benchmarks.harness.machine import describe_machine
from benchmarks.harness.report import print_table, write_results

__all__ = [
    "Command",
    "postgres_server",
    "Database",
    "Crew",
    "Stop",
    "interleave",
    "ratios",
    "Spread",
    "spread_of",
    "percentile",
    "Figure",
    "describe_machine",
    "print_table",
    "write_results",
]
