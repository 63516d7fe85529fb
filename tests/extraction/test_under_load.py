"""A module moves out and comes back while customers order: nobody is let down, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.extraction.live import Live, Shoppers
from tests.services.rule import ServiceMissing, missing
from tests.topologies.databases import databases_of
from tests.topologies.plugin import broker


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """These are a monolith and a service that waits, on SQLite or on DATABASE_URL's server."""
    with ExitStack() as until:
        try:
            url = until.enter_context(broker("rabbitmq"))
        except ServiceMissing as error:
            missing(str(error))
        running = Live(tmp_path, broker=url, url_of=until.enter_context(databases_of(tmp_path)))
        until.callback(running.stop)
        running.start()
        yield running


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nobody_is_let_down_and_nothing_is_lost(live: Live) -> None:
    shoppers = Shoppers(live.url, live.token(), a_second=3)
    shoppers.wait_until_open()
    with shoppers.at_it():
        shoppers.wait_for(10)
        live.cut_over()
        shoppers.wait_for(10)
        live.move("cutover", "--rollback")
        shoppers.wait_for(10)
    shoppers.wait_until_all_have_ended()
    shoppers.check()
