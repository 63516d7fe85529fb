"""Calls that come to where a module was, to where it is not yet, and back: over real HTTP.

One process plays three: the caller, and two at which the module may be. Each has a place of its
own where it looks for the module.
"""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from modules.kernel import resilience
from modules.kernel.http.internal_calls import InternalCalls
from modules.kernel.http.tests.served import served
from modules.kernel.interfaces import (
    AnswerLost,
    Binding,
    Location,
    NotHere,
    NotReached,
    Wiring,
    allow,
    get,
    provide,
    registry,
    serving,
    use,
    wired,
    work_with,
)
from modules.kernel.interfaces.tests.library import BOOK, Librarian, Library
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier, make_keys
from modules.kernel.placements import Fenced, Moved

CALLER = "reader"

_process: ContextVar[str] = ContextVar("process", default="caller")

HERE = Location()


def moved(epoch: int) -> Moved:
    return Moved("it waits here to be taken over", module="library", epoch=epoch)


@dataclass
class Places:
    """These are the locations of each process; `news` has what it finds when it looks again."""

    at: dict[str, Location | Exception] = field(default_factory=dict)
    news: dict[str, list[Callable[[], object]]] = field(default_factory=dict)

    def of(self, module: str) -> Location:
        found = self.at[_process.get()]
        if isinstance(found, Exception):
            raise found
        return found

    def refresh(self) -> None:
        if news := self.news.get(_process.get()):
            news.pop(0)()

    def learns(self, process: str, found: Location | Exception) -> None:
        """This has a process find the module somewhere when it looks again."""
        self.news.setdefault(process, []).append(lambda: self.at.update({process: found}))


@dataclass
class Net:
    """This is who may have the module, and where the calls came."""

    places: Places
    librarian: Librarian
    monolith: Location
    service: Location
    came_to: list[str]


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_bindings", {})
    monkeypatch.setattr(serving, "_MOVE_SECONDS", 0.1)
    resilience.forget_pipelines()
    before = wired()
    make_keys(tmp_path, CALLER)
    keys = KeyFolder(tmp_path)
    librarian = Librarian()
    provide(Library, librarian)
    allow(CALLER, ["library.Library"])
    came_to: list[str] = []
    places = Places()
    work_with(
        Wiring(
            signer=Signer(keys, issuer="quarry"),
            verifier=Verifier(keys, issuer="quarry"),
            outsider=CALLER,
        )
    )
    use(places)
    with ExitStack() as until:
        urls = [
            until.enter_context(served(process(name, came_to))) for name in ("monolith", "service")
        ]
        monolith, service = (
            Location(binding=Binding.REMOTE, url=url, epoch=epoch) for epoch, url in enumerate(urls)
        )
        places.at = {"caller": monolith, "monolith": HERE, "service": moved(0)}
        yield Net(places, librarian, monolith, service, came_to)
        wired().transport.close()
    work_with(before)
    resilience.forget_pipelines()


def process(name: str, came_to: list[str]) -> Callable[..., Any]:
    application = InternalCalls(lambda environ, start_response: [])

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        _process.set(name)
        came_to.append(name)
        return application(environ, start_response)

    return serve


@contextmanager
def hanging_up() -> Iterator[str]:
    """This gives the URL of one who takes a request and ends the connection."""
    with socketserver.TCPServer(("127.0.0.1", 0), HangsUp) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class HangsUp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(1)


class TestACallToWhereTheModuleWas:
    def test_is_passed_on_and_answered_where_it_is(self, net: Net) -> None:
        net.places.at |= {"monolith": net.service, "service": Location(epoch=1)}
        get(Library).put(BOOK)
        assert net.came_to == ["monolith", "service"]
        assert len(net.librarian.asked) == 1

    def test_waits_at_the_new_place_until_that_knows_of_the_move(self, net: Net) -> None:
        net.places.at |= {"monolith": net.service, "service": moved(1)}
        net.places.learns("service", moved(1))
        net.places.learns("service", Location(epoch=1))
        get(Library).put(BOOK)
        assert len(net.librarian.asked) == 1

    def test_is_not_passed_around_between_two_that_send_it_to_each_other(self, net: Net) -> None:
        back = Location(binding=Binding.REMOTE, url=net.monolith.url, epoch=1)
        net.places.at |= {"monolith": net.service, "service": back}
        with pytest.raises(NotHere):
            get(Library).put(BOOK)
        assert "monolith" not in net.came_to[1:]
        assert net.librarian.asked == []

    def test_is_answered_here_if_the_module_has_come_back_meanwhile(self, net: Net) -> None:
        net.places.at |= {"monolith": net.service, "service": moved(2)}
        net.places.learns("monolith", Location(epoch=2))
        get(Library).put(BOOK)
        assert len(net.librarian.asked) == 1

    def test_says_what_became_of_it_on_the_way(self, net: Net) -> None:
        nobody = Location(binding=Binding.REMOTE, url="http://127.0.0.1:9", epoch=1)
        net.places.at |= {"monolith": nobody}
        with pytest.raises(NotReached):
            get(Library).put(BOOK)
        with hanging_up() as url:
            net.places.at |= {"monolith": Location(binding=Binding.REMOTE, url=url, epoch=1)}
            with pytest.raises(AnswerLost):
                get(Library).put(BOOK)


class TestACallerThatIsToldThatTheModuleIsNotThere:
    def test_looks_again_and_asks_once_more_though_the_method_may_not_be_repeated(
        self, net: Net
    ) -> None:
        net.places.at |= {"caller": net.service, "service": moved(2)}
        net.places.learns("caller", net.monolith)
        get(Library).put(BOOK)
        assert net.came_to == ["service", "monolith"]
        assert len(net.librarian.asked) == 1

    def test_asks_its_own_provider_where_the_module_has_come_home(self, net: Net) -> None:
        net.places.at |= {"caller": net.service, "service": moved(2)}
        net.places.learns("caller", Location(epoch=2))
        get(Library).put(BOOK)
        assert net.came_to == ["service"]
        assert len(net.librarian.asked) == 1

    def test_gives_up_where_nothing_is_new(self, net: Net) -> None:
        net.places.at |= {"caller": net.service, "service": moved(2)}
        with pytest.raises(NotHere):
            get(Library).put(BOOK)
        assert net.came_to == ["service"]


class TestAProcess:
    def test_that_has_missed_a_move_is_refused_by_its_epoch(self, net: Net) -> None:
        net.places.at |= {"caller": net.service, "service": Location(epoch=0)}
        with pytest.raises(NotHere, match="in epoch 0 here, and the call is of epoch 1"):
            get(Library).put(BOOK)
        assert net.librarian.asked == []

    def test_says_of_a_module_that_is_still_being_moved_when_to_ask_again(self, net: Net) -> None:
        net.places.at |= {"monolith": Fenced("being moved", module="library", epoch=1)}
        with pytest.raises(NotReached, match="being moved") as failed:
            get(Library).put(BOOK)
        assert failed.value.retry_after_seconds == 1.0  # type: ignore[attr-defined]
        assert net.librarian.asked == []
