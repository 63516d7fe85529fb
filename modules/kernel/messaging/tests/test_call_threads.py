"""Which messages are tried at the same time, and what is heard of jobs in threads."""

from dataclasses import dataclass
from threading import Barrier, Event, Thread, get_ident

import pytest

from modules.kernel.messaging.call_threads import CallThreads


@dataclass(frozen=True)
class Item:
    """This is a message, by its key; one in capitals goes alone."""

    key: str


def groups(number: int, keys: str) -> list[str]:
    items = [Item(key) for key in keys]
    found = CallThreads(number).groups(items, lambda one: one.key.islower())
    return ["".join(one.key for one in group) for group in found]


@pytest.mark.parametrize(
    ("number", "keys", "expected"),
    [
        (2, "abcde", ["ab", "cd", "e"]),
        (1, "abc", ["a", "b", "c"]),
        (8, "aab", ["a", "ab"]),
        (8, "abcb", ["abc", "b"]),
        (8, "abXcd", ["ab", "X", "cd"]),
        (8, "XYab", ["X", "Y", "ab"]),
        (8, "", []),
    ],
)
def test_groups_are_of_other_keys_in_their_order(
    number: int, keys: str, expected: list[str]
) -> None:
    assert groups(number, keys) == expected


class TestJobs:
    def test_give_what_they_give_in_their_order(self) -> None:
        threads = CallThreads(2)
        both = Barrier(2, timeout=20)

        def first() -> bool:
            both.wait()
            return True

        def second() -> bool:
            both.wait()
            return False

        assert threads.all([first, second]) == [True, False]
        assert threads.all([second, first]) == [False, True]
        threads.close()

    def test_alone_is_done_by_the_caller(self) -> None:
        assert CallThreads(2).all([lambda: bool(get_ident() == here)]) == [True]

    def test_that_raise_do_so_once_all_have_ended(self) -> None:
        threads = CallThreads(2)
        may_end = Event()
        raised: list[BaseException] = []

        def fails() -> bool:
            raise RuntimeError("not this one")

        def call() -> None:
            try:
                threads.all([fails, may_end.wait])
            except RuntimeError as error:
                raised.append(error)

        caller = Thread(target=call)
        caller.start()
        caller.join(0.1)  # Long enough to be seen to raise too early.
        assert not raised
        may_end.set()
        caller.join()
        assert [str(error) for error in raised] == ["not this one"]
        threads.close()


here = get_ident()
