"""What the bindings of this process work with: filled from the settings when the apps are ready."""

from dataclasses import dataclass, field, replace

from modules.kernel.interfaces.locations import Configured, Location, Locations
from modules.kernel.interfaces.tokens import Signer, Verifier
from modules.kernel.interfaces.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """This is what bindings and the provider's side work with.

    Attributes:
        signer, verifier: None where no keys are configured: then nothing remote is called, and
            no call from outside is answered.
        outsider: the name under which code that is of no module calls; empty for no name.
    """

    locations: Locations = field(default_factory=Configured)
    transport: Transport = field(default_factory=Transport)
    signer: Signer | None = None
    verifier: Verifier | None = None
    outsider: str = ""


_wiring = Wiring()


def wired() -> Wiring:
    """This gives what this process works with now."""
    return _wiring


def work_with(wiring: Wiring) -> None:
    """This has the process work with something else, for all calls that begin from now on."""
    global _wiring
    _wiring = wiring


def use(locations: Locations) -> None:
    """This has the process ask somebody else where modules run."""
    work_with(replace(_wiring, locations=locations))


def location_of(module: str) -> Location:
    """This gives where a module runs now, as seen from this process."""
    return _wiring.locations.of(module)


def switch(module: str, to: str, *, epoch: int | None = None) -> Location:
    """This moves a module, as `Configured.switch` does.

    Raises:
        TypeError: the locations of this process are kept somewhere else, and changed there.
    """
    locations = _wiring.locations
    if not isinstance(locations, Configured):
        raise TypeError(
            f"the locations of this process come from {type(locations).__qualname__}: switch there"
        )
    return locations.switch(module, to, epoch=epoch)
