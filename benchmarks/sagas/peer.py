"""The peer: DBOS, a workflow of four steps with the same business writes and messages.

Each step is one transaction with the business row and a row in an outbox, as a step that
tells others must write it. Workflows run in as many threads as there are at a time, called
directly, which spares DBOS its queue.
"""

from __future__ import annotations

import threading
import time
import uuid

from dbos import DBOS, DBOSConfig
from psycopg_pool import ConnectionPool

from benchmarks.harness import Stop

_STEPS = ("authorise", "reserve", "capture", "ship")
_TABLES = """
CREATE TABLE IF NOT EXISTS peer_effect (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id varchar(40) NOT NULL, step varchar(20) NOT NULL, made_at timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS peer_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid UNIQUE NOT NULL, key varchar(40) NOT NULL, name varchar(80) NOT NULL,
    data text NOT NULL, made_at timestamptz DEFAULT now());
"""


def run_for(stop: Stop, seconds: float, at_a_time: int, url: str) -> float:
    """This keeps so many workflows under way and gives how many ended a second."""
    own = f"peer_{uuid.uuid4().hex[:8]}"
    config: DBOSConfig = {
        "name": "peer",
        "system_database_url": url.rsplit("/", 1)[0] + f"/{own}",
        "log_level": "ERROR",
        "sys_db_pool_size": max(20, at_a_time),
    }
    with ConnectionPool(url, min_size=at_a_time, max_size=at_a_time) as pool:
        with pool.connection() as connection:
            connection.execute(_TABLES.encode())
        DBOS(config=config)
        checkout = _workflow(pool)
        DBOS.launch()
        try:
            return _rate(checkout, seconds, at_a_time)
        finally:
            DBOS.destroy()
            with pool.connection() as connection:
                connection.autocommit = True
                connection.execute(f"DROP DATABASE {own} WITH (FORCE)".encode())


def _workflow(pool: ConnectionPool):  # type: ignore[no-untyped-def]  # a decorated function
    def write(order_id: str, step: str) -> None:
        with pool.connection() as connection, connection.transaction():
            connection.execute(
                "INSERT INTO peer_effect (order_id, step) VALUES (%s, %s)", [order_id, step]
            )
            connection.execute(
                "INSERT INTO peer_outbox (message_id, key, name, data) VALUES (%s, %s, %s, %s)",
                [uuid.uuid4(), order_id, f"bench.{step}", f'{{"order_id":"{order_id}"}}'],
            )

    @DBOS.step()
    def do(order_id: str, step: str) -> None:
        write(order_id, step)

    @DBOS.workflow()
    def checkout(order_id: str) -> None:
        for step in _STEPS:
            do(order_id, step)

    return checkout


def _rate(checkout, seconds: float, at_a_time: int) -> float:  # type: ignore[no-untyped-def]
    ended = [0] * at_a_time
    until = threading.Event()

    def one_after_another(lane: int) -> None:
        number = 0
        while not until.is_set():
            checkout(f"order-{lane}-{number}")
            number += 1
            ended[lane] = number

    lanes = [threading.Thread(target=one_after_another, args=(n,)) for n in range(at_a_time)]
    for lane in lanes:
        lane.start()
    until.wait(1.0)  # The first ones make connections and plans.
    began, before = time.monotonic(), sum(ended)
    until.wait(seconds)
    rate = (sum(ended) - before) / (time.monotonic() - began)
    until.set()
    for lane in lanes:
        lane.join()
    return rate
