"""Which processes there are when each module has its own, and what each of them is told.

A module that owns tables gets a process and a database. Those that own none, which only ask
others and draw pages, share one at the front, under the URLs that everything had in one process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modules.kernel.manifests import Manifest

FRONT = "front"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """This is one of the processes.

    Attributes:
        name: that of its module, or `FRONT`; what it is called at the broker too.
        environment: all that it is told beside what all processes are.
    """

    name: str
    modules: tuple[str, ...]
    port: int
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """This is all of them, the front first.

    Attributes:
        together: the environment of a single process with all modules, on the same databases:
            for what is done once for all, such as loading a demo.
    """

    parts: tuple[Part, ...]
    together: Mapping[str, str]

    def part(self, name: str) -> Part:
        """This gives a process by its name."""
        return next(one for one in self.parts if one.name == name)


def plan(
    manifests: Sequence[Manifest],
    *,
    folder: Path,
    ports: Sequence[int],
    broker_url: str,
    broker_prefix: str,
    database_url: Callable[[str], str] | None = None,
    front: Mapping[str, str] | None = None,
) -> Plan:
    """This plans a process for each module.

    Args:
        manifests: of all modules there are.
        folder: for databases, keys and what the processes keep.
        ports: on this machine; the first is the front's. As many as there are processes.
        database_url: of a process by its name; by default a SQLite file in the folder.
        front: what the process at the front is told beside.
    """
    of_part = {FRONT: tuple(one.name for one in manifests if not one.owns)}
    of_part |= {one.name: (one.name,) for one in manifests if one.owns}
    url_of = database_url or (lambda name: f"sqlite:///{folder / name}.sqlite3")
    port_of = dict(zip(of_part, ports, strict=False))
    if len(port_of) < len(of_part):
        raise ValueError(f"{len(of_part)} processes need as many ports, not {len(ports)}")
    shared = {
        "QUARRY_INTERNAL_KEYS": str(folder / "keys"),
        "QUARRY_BROKER_URL": broker_url,
        "QUARRY_BROKER_PREFIX": broker_prefix,
    }
    parts = tuple(
        Part(
            name=name,
            modules=modules,
            port=port_of[name],
            environment={
                **shared,
                "QUARRY_MODULES": ",".join(modules),
                "QUARRY_DEPLOYABLE": name,
                "QUARRY_FORWARDS": str(name == FRONT).lower(),
                # The front stands before all others; what stands before it, it knows itself.
                **({} if name == FRONT else {"QUARRY_TRUSTED_PROXIES": "1"}),
                "QUARRY_VAR": str(folder / name),
                "DATABASE_URL": url_of(name),
                **(front or {} if name == FRONT else {}),
                **{
                    f"QUARRY_MODULES_{other.upper()}": f"http://127.0.0.1:{port_of[place]}"
                    for place, others in of_part.items()
                    for other in others
                    if place != name
                },
            },
        )
        for name, modules in of_part.items()
    )
    together = {"DATABASE_URL": url_of(FRONT), "QUARRY_VAR": str(folder / FRONT)}
    together |= {
        f"{one.name.upper()}_DATABASE_URL": url_of(one.name) for one in manifests if one.owns
    }
    return Plan(parts=parts, together=together)
