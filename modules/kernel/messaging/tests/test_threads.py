"""Threads that go on: after a failure at once, after failure upon failure less and less often."""

import threading

import pytest
from structlog.testing import capture_logs

from modules.kernel.messaging.drivers import threads
from modules.kernel.messaging.drivers.threads import ThreadGroup

_WELL_SECONDS = 0.2


class TestAThreadThatFails:
    def test_begins_anew_after_a_pause_that_grows_until_it_was_well_for_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(threads, "_FIRST_PAUSE_SECONDS", 0.01)
        monkeypatch.setattr(threads, "_LONGEST_PAUSE_SECONDS", _WELL_SECONDS / 2)
        runs: list[int] = []
        done = threading.Event()
        group = ThreadGroup()

        def run() -> None:
            runs.append(len(runs))
            if len(runs) == 4:
                done.wait(_WELL_SECONDS)
            if len(runs) == 5:
                done.set()
                group.stopping.wait(10)
                return
            raise ConnectionError

        group.add("failing", run)
        with capture_logs() as logs:
            group.start()
            assert done.wait(10)
            group.stop()
        assert [log["again_in_seconds"] for log in logs] == [0.01, 0.02, 0.04, 0.01]
