"""Where each generation of each read model stands: for the command and the console."""

from collections.abc import Iterator
from dataclasses import dataclass

from modules.kernel.readmodels import generations
from modules.kernel.readmodels.lag import lag_of
from modules.kernel.readmodels.projection import Projection, projections


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """This is one generation of a read model.

    Attributes:
        version: of the code that fills it; `code` is that of the code that runs here.
        lag_positions, lag_seconds: see `Lag`.
        error: what stops it.
    """

    read_model: str
    module: str
    database: str
    number: int
    state: str
    version: int
    code: int
    lag_positions: int
    lag_seconds: float
    error: str

    @property
    def needs_rebuild(self) -> bool:
        return self.state == "live" and self.version != self.code


def status(name: str = "") -> Iterator[Status]:
    """This gives all generations, of one read model or of all."""
    for projection in projections():
        if name in ("", projection.name):
            yield from _of(projection)


def _of(projection: Projection) -> Iterator[Status]:
    for generation in generations.of(projection):
        lag = lag_of(projection, number=generation.number)
        yield Status(
            read_model=projection.name,
            module=projection.module,
            database=projection.database,
            number=generation.number,
            state=generation.state,
            version=generation.version,
            code=projection.version,
            lag_positions=lag.positions,
            lag_seconds=round(lag.seconds, 3),
            error=generation.error,
        )
