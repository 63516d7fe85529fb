"""A module that is none: an interface with everything that an interface may have."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from modules.kernel.contracts import Conflict, NotFound, idempotent, interface, safe


class UnknownBook(NotFound):
    code = "unknown-book"


class LentOut(Conflict):
    code = "lent-out"


class Shelf(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """This has ten fields, of all kinds that contracts use."""

    isbn: str
    title: str
    pages: int
    price: Decimal
    shelf: Shelf
    bought_at: datetime
    printed_on: date
    copy_id: UUID
    authors: tuple[str, ...]
    subtitle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    isbn: str
    reader: str


BOOK = Book(
    isbn="978-0",
    title="Stone",
    pages=321,
    price=Decimal("12.50"),
    shelf=Shelf.OPEN,
    bought_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    printed_on=date(2025, 12, 31),
    copy_id=UUID("0192f0c1-2345-7abc-8def-0123456789ab"),
    authors=("Ann", "Bo"),
)


@interface("library")
class Library(Protocol):
    @safe
    def book(self, *, isbn: str) -> Book:
        """Raises: UnknownBook."""

    @safe
    def books(self, *, shelf: Shelf = Shelf.OPEN, limit: int = 50) -> tuple[Book, ...]: ...

    @idempotent(key="key")
    def lend(self, loan: Loan, *, key: str) -> Loan:
        """Raises: LentOut."""

    def give_back(self, *, isbn: str) -> None: ...

    def put(self, book: Book) -> Book: ...


class Librarian:
    """This answers for `Library`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def book(self, *, isbn: str) -> Book:
        self.asked.append(isbn)
        if isbn != BOOK.isbn:
            raise UnknownBook(f"there is no book {isbn}", isbn=isbn)
        return BOOK

    def books(self, *, shelf: Shelf = Shelf.OPEN, limit: int = 50) -> tuple[Book, ...]:
        self.asked.append((shelf, limit))
        return (BOOK,) if shelf is Shelf.OPEN else ()

    def lend(self, loan: Loan, *, key: str) -> Loan:
        self.asked.append((loan, key))
        raise LentOut("somebody has it", isbn=loan.isbn, readers=("Cy", "Di"), copies=2)

    def give_back(self, *, isbn: str) -> None:
        self.asked.append(isbn)
        raise ZeroDivisionError("a bug")

    def put(self, book: Book) -> Book:
        self.asked.append(book)
        return book
