"""An aggregate that exists in tests only: a jar of coins that belongs to somebody."""

from dataclasses import dataclass, field
from typing import Annotated

from modules.kernel.contracts import Personal, event
from modules.kernel.eventstore.kinds import StreamKind, declare
from modules.kernel.eventstore.store import EventStore


@event("probe.jar_given", key="jar")
class JarGiven:
    jar: str
    owner: str
    owner_name: Annotated[str, Personal(of="owner")]
    notes: Annotated[tuple[str, ...], Personal(of="owner")] = ()


@event("probe.coins_put_in", key="jar")
class CoinsPutIn:
    jar: str
    coins: int


@event("probe.coins_taken", key="jar")
class CoinsTaken:
    jar: str
    coins: int


class JarEmpty(Exception):
    """This says that there are not so many coins."""


@dataclass(slots=True)
class Jar:
    jar: str
    coins: int = 0
    owner: str = ""
    owner_name: str = ""
    notes: list[str] = field(default_factory=list)

    def apply(self, event: object) -> None:
        match event:
            case JarGiven():
                self.owner, self.owner_name = event.owner, event.owner_name
                self.notes = list(event.notes)
            case CoinsPutIn():
                self.coins += event.coins
            case CoinsTaken():
                self.coins -= event.coins

    def put_in(self, coins: int) -> list[object]:
        return [CoinsPutIn(jar=self.jar, coins=coins)]

    def take(self, coins: int) -> list[object]:
        if coins > self.coins:
            raise JarEmpty(f"{self.coins} coins are left, not {coins}")
        return [CoinsTaken(jar=self.jar, coins=coins)]


JARS = StreamKind(
    module="probe",
    category="probe.jar",
    aggregate=Jar,
    events=(JarGiven, CoinsPutIn, CoinsTaken),
    snapshot_every=4,
    subject="owner",
)

declare(JARS)

jars = EventStore(JARS)


def put_in(jar: str, *amounts: int) -> None:
    """This puts coins in, one event and transaction an amount."""
    for coins in amounts:
        jars.change(jar, lambda state, coins=coins: state.put_in(coins))  # type: ignore[misc]  # bound now


def give(jar: str, owner: str, name: str, *notes: str) -> None:
    """This begins a jar's stream with what is personal of its owner."""
    given = JarGiven(jar=jar, owner=owner, owner_name=name, notes=notes)
    jars.change(jar, lambda state: [given])
