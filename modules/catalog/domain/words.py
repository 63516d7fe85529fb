"""How names are compared when somebody searches: without case and without accents.

Databases disagree on this (SQLite folds ASCII only), so it is decided here and stored.
"""

import unicodedata


def searchable(text: str) -> str:
    """This gives the text in the form in which it is searched: ``Côte`` becomes ``cote``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def words_of(query: str) -> tuple[str, ...]:
    """This gives the words that a name must contain, in any order."""
    return tuple(searchable(query).split())
