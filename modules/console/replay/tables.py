"""Tables in CSV files, read so that a bad value is named by file, row and column."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn


class BadOrderBook(ValueError):
    """This says what is wrong with the files, and where: ``orders.csv, row 3, column …``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """This is one row of a file, its values read by column.

    Attributes:
        number: the line of the file on which the row ends, the header being 1, as an
            editor counts.
    """

    file: str
    number: int
    values: dict[str, str]

    def optional(self, column: str) -> str:
        """This gives the text of a column, which may be empty."""
        return self.values[column].strip()

    def text(self, column: str) -> str:
        """This gives the text of a column, which may not be empty."""
        text = self.optional(column)
        if not text:
            self.refuse(column, "it is empty")
        return text

    def whole(self, column: str, *, minimum: int) -> int:
        """This gives a whole number of at least `minimum`."""
        text = self.text(column)
        try:
            number = int(text)
        except ValueError:
            self.refuse(column, f"{text!r} is not a whole number")
        if number < minimum:
            self.refuse(column, f"{number} is below {minimum}")
        return number

    def percent(self, column: str) -> Decimal:
        """This gives a number from 0 to 100."""
        text = self.text(column)
        try:
            number = Decimal(text)
        except InvalidOperation:
            self.refuse(column, f"{text!r} is not a number")
        if not (number.is_finite() and 0 <= number <= 100):
            self.refuse(column, f"{text} is not in 0 to 100")
        return number

    def refuse(self, column: str, why: str) -> NoReturn:
        """This raises the error that names this row and the column."""
        raise BadOrderBook(f"{self.file}, row {self.number}, column {column}: {why}")


def read_table(path: Path, *, columns: tuple[str, ...]) -> Iterator[Row]:
    """This reads a CSV file with a header row; columns that are not asked for are left.

    Raises:
        BadOrderBook: the file or a column is missing, a row is too short or too long, or
            the file is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            for column in columns:
                if column not in header:
                    raise BadOrderBook(f"{path.name}, row 1, column {column}: it is missing")
            for values in reader:
                if len(values) != len(header):
                    raise BadOrderBook(
                        f"{path.name}, row {reader.line_num}: {len(values)} values, but the "
                        f"header has {len(header)} columns; is a comma or a quote missing?"
                    )
                yield Row(
                    file=path.name,
                    number=reader.line_num,
                    values=dict(zip(header, values, strict=True)),
                )
    except FileNotFoundError:
        raise BadOrderBook(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise BadOrderBook(f"{path.name}: it is not UTF-8 ({error.reason})") from error
    except csv.Error as error:
        raise BadOrderBook(f"{path.name}, row {reader.line_num}: {error}") from error
