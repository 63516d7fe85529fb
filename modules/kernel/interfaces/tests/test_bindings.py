"""The local and the serialized binding, and where the settings say that modules run."""

from decimal import Decimal

import pytest

from modules.kernel.contracts import Invalid, NotFound, Unavailable
from modules.kernel.interfaces import (
    CallRefused,
    Configured,
    NotProvided,
    ProviderFailed,
    RemoteCallError,
    get,
    registry,
    use,
)
from modules.kernel.interfaces.problems import SentProblem, as_raised, as_sent
from modules.kernel.interfaces.tests.library import (
    BOOK,
    Book,
    LentOut,
    Librarian,
    Library,
    Loan,
    Shelf,
    UnknownBook,
)


@pytest.fixture
def serialized(librarian: Librarian) -> Library:
    use(Configured({"library": "serialized"}))
    return get(Library)


class TestLocal:
    def test_is_the_provider_itself(self, librarian: Librarian) -> None:
        assert get(Library) is librarian

    def test_is_refused_where_nobody_provides(
        self, librarian: Librarian, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registry, "_providers", {})
        with pytest.raises(NotProvided, match="QUARRY_MODULES_LIBRARY"):
            get(Library)


class TestSerialized:
    def test_gives_an_equal_answer_that_is_another_object(self, serialized: Library) -> None:
        answer = serialized.book(isbn=BOOK.isbn)
        assert answer == BOOK
        assert answer is not BOOK

    def test_hands_arguments_over_as_copies(
        self, serialized: Library, librarian: Librarian
    ) -> None:
        assert serialized.put(BOOK) == BOOK
        assert librarian.asked == [BOOK]
        assert librarian.asked[0] is not BOOK

    def test_fills_in_defaults_on_the_providers_side(
        self, serialized: Library, librarian: Librarian
    ) -> None:
        assert serialized.books(limit=3) == (BOOK,)
        assert serialized.books(shelf=Shelf.CLOSED) == ()
        assert librarian.asked == [(Shelf.OPEN, 3), (Shelf.CLOSED, 50)]

    def test_raises_errors_of_the_contract_as_themselves(self, serialized: Library) -> None:
        with pytest.raises(LentOut) as caught:
            serialized.lend(Loan(isbn="1", reader="Ann"), key="k")
        assert caught.value.detail == "somebody has it"
        assert caught.value.facts == {"isbn": "1", "readers": ("Cy", "Di"), "copies": 2}

    def test_raises_what_is_not_of_the_contract_as_a_failed_call(self, serialized: Library) -> None:
        with pytest.raises(ProviderFailed, match="a bug"):
            serialized.give_back(isbn="1")

    def test_refuses_arguments_that_would_not_arrive(self, serialized: Library) -> None:
        with pytest.raises(CallRefused, match=r"`int`, got `str` - at `\$.limit`"):
            serialized.books(limit="many")  # type: ignore[arg-type]  # meant

    @pytest.mark.parametrize(
        "given", [{}, {"isbn": "1", "colour": "red"}, {"title": "Stone"}], ids=str
    )
    def test_refuses_what_the_method_itself_would_refuse(
        self, serialized: Library, given: dict[str, str]
    ) -> None:
        with pytest.raises(TypeError, match="argument"):
            serialized.book(**given)

    def test_refuses_an_argument_that_is_given_twice(self, serialized: Library) -> None:
        with pytest.raises(TypeError, match="'book' twice"):
            serialized.put(BOOK, book=BOOK)  # type: ignore[misc]  # meant
        with pytest.raises(TypeError, match="1 positional"):
            serialized.put(BOOK, BOOK)  # type: ignore[call-arg]  # meant

    @pytest.mark.parametrize(
        "answer", [(object(),), (1,), None], ids=["an object", "a number", "nothing"]
    )
    def test_finds_an_answer_that_is_none_of_the_contract(
        self, serialized: Library, answer: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Librarian, "books", lambda self, **_: answer)
        with pytest.raises(ProviderFailed):
            serialized.books()


class TestErrors:
    def test_that_are_newer_than_their_caller_arrive_as_the_nearest_it_knows(self) -> None:
        sent = SentProblem(
            codes=("unknown-atlas", "not-found", "problem"), detail="no atlas", facts={"n": [1]}
        )
        raised = as_raised(sent, protocol=Library)
        assert type(raised) is NotFound
        assert (raised.code, raised.detail, raised.facts) == (
            "unknown-atlas",
            "no atlas",
            {"n": (1,)},
        )
        assert NotFound.code == "not-found"

    def test_say_of_which_kinds_they_are(self) -> None:
        assert as_sent(UnknownBook("gone")).codes == ("unknown-book", "not-found", "problem")

    def test_have_facts_that_can_be_sent(self) -> None:
        with pytest.raises(TypeError, match="its fact 'price' is a Decimal"):
            as_sent(Invalid("too dear", price=Decimal(3)))

    def test_of_the_call_are_told_apart_from_those_of_the_contract(self) -> None:
        assert issubclass(RemoteCallError, Unavailable)
        raised = as_raised(as_sent(Unavailable("not now")), protocol=Library)
        assert type(raised) is Unavailable


class TestConfigured:
    def test_is_asked_at_each_call(self, librarian: Librarian) -> None:
        use(Configured())
        assert get(Library) is librarian
        use(Configured({"library": "serialized"}))
        assert get(Library) is not librarian

    @pytest.mark.parametrize("said", ["", "remote", "ftp://x", "https://", "http://x/?y=1"])
    def test_refuses_what_is_no_place(self, said: str) -> None:
        with pytest.raises(ValueError, match="QUARRY_MODULES_LIBRARY is"):
            Configured({"library": said})


def test_the_dataclass_of_these_tests_has_ten_fields() -> None:
    assert len(Book.__dataclass_fields__) == 10
