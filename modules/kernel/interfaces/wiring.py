"""What the bindings of this process work with: filled from the settings when the apps are ready."""

from dataclasses import dataclass, field, replace

from modules.kernel.interfaces.comparing import Comparer
from modules.kernel.interfaces.locations import Configured, Location, Locations
from modules.kernel.interfaces.tokens import Signer, Verifier
from modules.kernel.interfaces.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """This is what bindings and the provider's side work with.

    Attributes:
        signer, verifier: None where no keys are configured: then nothing remote is called, and
            no call from outside is answered.
        comparer: what asks the service along that a module is to move to.
        outsider: the name under which code that is of no module calls; empty for no name.
        guards_transactions: whether a module is refused to ask another inside its transaction.
    """

    locations: Locations = field(default_factory=Configured)
    transport: Transport = field(default_factory=Transport)
    signer: Signer | None = None
    verifier: Verifier | None = None
    comparer: Comparer = field(default_factory=Comparer)
    outsider: str = ""
    guards_transactions: bool = False


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
    """This gives where a module runs now, as seen from this process.

    While the module is being moved it waits, at most until the present call's deadline.

    Raises:
        Fenced: that was over first.
        Moved: the module is installed here, and this deployable is not in charge of it.
        PlacesUnknown: it cannot be told at the moment.
    """
    return _wiring.locations.of(module)
