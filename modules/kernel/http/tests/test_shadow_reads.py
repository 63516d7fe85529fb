"""Questions that are asked of a module here and of the service it is to move to: over real HTTP.

Both are this process. The service's answers are those that are given in threads of its server.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modules.kernel import placements
from modules.kernel.http.internal_calls import InternalCalls
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import (
    Location,
    Wiring,
    allow,
    get,
    provide,
    registry,
    use,
    wire,
    wired,
    work_with,
)
from modules.kernel.interfaces.comparing import Comparer
from modules.kernel.interfaces.tests.library import BOOK, Book, Librarian, Library, Shelf
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier, make_keys
from modules.kernel.placements import State, StoredPlacements, place, read_shadows

pytestmark = pytest.mark.django_db(transaction=True)

CALLER = "reader"


class TwoLibrarians(Librarian):
    """This gives other answers where the service's server asks.

    Attributes:
        there: what the service has, the last one for good; None for the same as here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.there: list[tuple[Book, ...] | None] = [None]
        self.asked_there = 0

    def books(self, *, shelf: Shelf = Shelf.OPEN, limit: int = 50) -> tuple[Book, ...]:
        here = super().books(shelf=shelf, limit=limit)
        name = threading.current_thread().name
        if name.startswith("shadow") or threading.current_thread() is threading.main_thread():
            return here
        self.asked_there += 1
        found = self.there.pop(0) if len(self.there) > 1 else self.there[0]
        return here if found is None else found


class Shadowed:
    """These are locations: the module is here, and the service is asked along."""

    def __init__(self, url: str, percent: int = 100) -> None:
        self.location = Location(shadow_url=url, shadow_percent=percent)

    def of(self, module: str) -> Location:
        return self.location

    def refresh(self) -> None:
        """Nothing is new."""


def _nothing_else(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise AssertionError(environ["PATH_INFO"])


def shadow_url() -> str:
    """This is where the service answers."""
    locations = wired().locations
    assert isinstance(locations, Shadowed)
    return locations.location.shadow_url


@pytest.fixture
def librarian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoLibrarians]:
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_bindings", {})
    monkeypatch.setattr(registry, "_served", {})
    before = wired()
    make_keys(tmp_path, CALLER)
    keys = KeyFolder(tmp_path)
    librarian = TwoLibrarians()
    provide(Library, librarian)
    allow(CALLER, ["library.Library"])
    work_with(
        Wiring(
            signer=Signer(keys, issuer="quarry"),
            verifier=Verifier(keys, issuer="quarry"),
            comparer=Comparer(sleep=lambda seconds: None),
            outsider=CALLER,
        )
    )
    with served(InternalCalls(_nothing_else)) as url:
        use(Shadowed(url))
        yield librarian
        wired().comparer.wait()
        wired().transport.close()
    work_with(before)


def wired_with(comparer: Comparer) -> Wiring:
    return replace(wired(), comparer=comparer)


def counted() -> dict[str, dict[str, int]]:
    """This gives what came of the questions, once all are compared."""
    wired().comparer.wait()
    return read_shadows().get("library", {})


class TestAsked:
    def test_of_both_gives_the_answer_from_here(self, librarian: TwoLibrarians) -> None:
        assert get(Library).books(limit=3) == (BOOK,)
        assert counted() == {"books": {"same": 1}}
        assert librarian.asked_there == 1

    def test_counts_what_is_the_same_a_moment_later(self, librarian: TwoLibrarians) -> None:
        librarian.there = [(), (), None]
        assert get(Library).books() == (BOOK,)
        assert counted() == {"books": {"settled": 1}}

    def test_counts_what_stays_different_and_says_what_was_asked(
        self, librarian: TwoLibrarians
    ) -> None:
        librarian.there = [()]
        assert get(Library).books(limit=7) == (BOOK,)
        assert counted() == {"books": {"different": 1}}
        [example] = placements.different_shadows("library")
        assert example.startswith("library/Library/books books_arguments(")
        assert "limit=7" in example

    def test_counts_what_is_not_answered(self, librarian: TwoLibrarians) -> None:
        use(Shadowed("http://127.0.0.1:9"))
        assert get(Library).books() == (BOOK,)
        assert counted() == {"books": {"unanswered": 1}}

    def test_has_nothing_but_questions_asked_along(self, librarian: TwoLibrarians) -> None:
        assert get(Library).put(BOOK) == BOOK
        assert counted() == {}
        assert librarian.asked == [BOOK]

    def test_asks_for_a_share_only(self, librarian: TwoLibrarians) -> None:
        use(Shadowed(shadow_url(), percent=0))
        assert get(Library).books() == (BOOK,)
        assert counted() == {}

    def test_leaves_out_what_is_too_much(self, librarian: TwoLibrarians) -> None:
        holds = threading.Event()

        def hold(seconds: float) -> None:
            assert holds.wait(10)

        work_with(wired_with(Comparer(sleep=hold)))
        librarian.there = [(), None]  # The first is asked again, and holds the others up.
        for _ in range(60):
            get(Library).books()
        holds.set()
        found = counted()["books"]
        assert found["left_out"] >= 9
        assert sum(found.values()) == 60


class TestAnswered:
    def test_while_the_module_waits_to_be_taken_over(self, librarian: TwoLibrarians) -> None:
        before = placements.use(StoredPlacements())
        try:
            place("library", state=State.STANDBY, epoch=1)
            get(Library).books()
            assert counted() == {"books": {"same": 1}}
            place("library", state=State.ELSEWHERE, epoch=2, url="http://127.0.0.1:9")
            placements.placements().refresh()
            get(Library).books()
            assert counted() == {"books": {"same": 1, "unanswered": 1}}
        finally:
            placements.use(before)

    def test_is_refused_where_it_would_change_something(self, librarian: TwoLibrarians) -> None:
        signer = wired().signer
        assert signer is not None
        response = wired().transport.exchange(
            "POST",
            shadow_url(),
            f"{wire.PREFIX}library/Library/give_back",
            body=b"\x81\xa4isbn\xa11",
            headers={
                "Content-Type": wire.MSGPACK,
                wire.AUTHORIZATION: wire.BEARER + signer.token(caller=CALLER, audience="library"),
                wire.SHADOW: "1",
            },
            seconds=5.0,
        )
        assert response.status == wire.BAD_CALL
        assert librarian.asked == []
