from collections.abc import Iterator

import pytest

from modules.kernel.interfaces import provide, registry, wired, work_with
from modules.kernel.interfaces.tests.library import Librarian, Library


@pytest.fixture
def librarian(monkeypatch: pytest.MonkeyPatch) -> Iterator[Librarian]:
    """The provider of `Library`; what was provided and wired before is so again afterwards."""
    monkeypatch.setattr(registry, "_providers", {})
    monkeypatch.setattr(registry, "_bindings", {})
    before = wired()
    librarian = Librarian()
    provide(Library, librarian)
    yield librarian
    work_with(before)
