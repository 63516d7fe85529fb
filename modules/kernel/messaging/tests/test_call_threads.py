"""When a job may begin beside others, and what is heard of it."""

from threading import Event, Thread

import pytest

from modules.kernel.messaging.call_threads import CallThreads


@pytest.fixture
def may_end() -> Event:
    return Event()


class TestWaiting:
    def test_is_not_for_jobs_of_other_keys_while_there_is_room(self, may_end: Event) -> None:
        threads = CallThreads(2)
        threads.begin("a", lambda: may_end.wait(20))
        assert threads.wait("b") == {}
        may_end.set()
        assert threads.wait() == {"a": True}
        threads.close()

    def test_is_for_what_is_under_way_of_the_key(self) -> None:
        threads = CallThreads(2)
        threads.begin("a", lambda: False)
        assert threads.wait("a") == {"a": False}
        threads.close()

    def test_is_for_the_first_to_end_where_as_many_are_under_way_as_may_be(
        self, may_end: Event
    ) -> None:
        threads = CallThreads(2)
        threads.begin("a", lambda: may_end.wait(20))
        threads.begin("b", lambda: True)
        assert threads.wait("c") == {"b": True}
        threads.begin("c", lambda: True)
        assert threads.wait("d") == {"c": True}
        may_end.set()
        assert threads.wait() == {"a": True}
        assert threads.wait() == {}
        threads.close()


class TestJobsThatRaise:
    def test_are_heard_of_once_all_are_over(self, may_end: Event) -> None:
        threads = CallThreads(2)
        raised: list[str] = []

        def fails() -> bool:
            raise RuntimeError("not this one")

        def wait() -> None:
            try:
                threads.wait("c")
            except RuntimeError as error:
                raised.append(str(error))

        threads.begin("a", fails)
        threads.begin("b", lambda: may_end.wait(20))
        waiting = Thread(target=wait)
        waiting.start()
        waiting.join(0.1)  # Long enough to be seen to raise too early.
        assert not raised
        may_end.set()
        waiting.join()
        assert raised == ["not this one"]
        assert threads.wait() == {}
        threads.close()
