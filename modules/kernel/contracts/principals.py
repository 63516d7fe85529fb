"""Who asks: the words for it, which everybody from the edge to a module's rules shares.

The edge finds out who somebody is; what they may see of a thing is said by the module that owns
the thing, with nothing else than this in its hands.
"""

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """This tells the kinds of those who ask."""

    ANONYMOUS = "anonymous"
    #: A person who is served, through whatever front end.
    CUSTOMER = "customer"
    #: Another organisation's program, in its own name.
    PARTNER = "partner"
    #: A person of the house.
    OPERATOR = "operator"
    #: A program of the house.
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """This is who asks, as the edge has found out; nobody in particular by default.

    Attributes:
        subject: the id of the person or program; it names nobody to who does not know the id.
        client_id: the program through which it asks.
        scopes: what it was given leave to do.
        plan: which limits it is under; empty for the usual ones.
    """

    kind: PrincipalKind = PrincipalKind.ANONYMOUS
    subject: str = ""
    client_id: str = ""
    scopes: frozenset[str] = frozenset()
    plan: str = ""

    @property
    def is_anonymous(self) -> bool:
        return self.kind is PrincipalKind.ANONYMOUS

    @property
    def is_of_the_house(self) -> bool:
        """This is true of those who may see what belongs to others."""
        return self.kind in (PrincipalKind.OPERATOR, PrincipalKind.SERVICE)

    @property
    def actor(self) -> str:
        """This is what messages and entries say of whoever wanted them."""
        return f"{self.kind}:{self.subject}" if self.subject else ""

    def has(self, *scopes: str) -> bool:
        """This is true if it has all the scopes."""
        return self.scopes.issuperset(scopes)

    def acts_for(self, owner: str) -> bool:
        """This is true if what belongs to `owner` is its own, or it is of the house."""
        return self.is_of_the_house or (bool(owner) and self.subject == owner)


ANONYMOUS = Principal()
