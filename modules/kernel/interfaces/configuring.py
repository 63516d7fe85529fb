"""The settings of interfaces, read once when the apps are ready."""

from pathlib import Path
from typing import Any

from modules.kernel.interfaces.callers import allow
from modules.kernel.interfaces.locations import Configured
from modules.kernel.interfaces.placed import Placed
from modules.kernel.interfaces.tokens import KeyFolder, Signer, Verifier
from modules.kernel.interfaces.transport import Certificates, Transport
from modules.kernel.interfaces.wiring import Wiring, work_with


def configure(settings: Any) -> None:
    """This has the process work with what the settings say.

    Raises:
        ValueError: a location or a caller is not said as it must be.
    """
    folder: str = settings.QUARRY_INTERNAL_KEYS
    issuer: str = settings.QUARRY_INTERNAL_ISSUER
    keys = KeyFolder(Path(folder)) if folder else None
    work_with(
        Wiring(
            locations=Placed(Configured(settings.QUARRY_LOCATIONS)),
            transport=Transport(
                Certificates(
                    authority=settings.QUARRY_INTERNAL_CA,
                    certificate=settings.QUARRY_INTERNAL_CERTIFICATE,
                    key=settings.QUARRY_INTERNAL_CERTIFICATE_KEY,
                )
            ),
            signer=Signer(keys, issuer=issuer) if keys else None,
            verifier=Verifier(keys, issuer=issuer) if keys else None,
            outsider=settings.QUARRY_OUTSIDER,
            guards_transactions=settings.QUARRY_QUERY_GUARD,
        )
    )
    for said in settings.QUARRY_CALLERS:
        caller, separator, interface = said.partition(":")
        if not separator or "." not in interface:
            raise ValueError(
                f"QUARRY_CALLERS has {said!r}; an entry is caller:module.Interface, such as "
                "reports:payments.Payments"
            )
        allow(caller, [interface])
