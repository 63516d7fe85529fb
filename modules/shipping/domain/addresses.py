"""What makes an address one that a carrier can read."""

import re

from modules.shipping.contracts import Address

_LONGEST = 120
# Letters and digits in groups, as every country that has postal codes writes them.
_POSTAL_CODE = re.compile(r"[A-Za-z0-9]+([ -][A-Za-z0-9]+)*")
_LONGEST_POSTAL_CODE = 12


def faults_of(address: Address) -> tuple[str, ...]:
    """This gives what is wrong with the address, a sentence each; empty when nothing is.

    A missing postal code or region is no fault: Ireland did without the one until 2015,
    Hong Kong still does, and most countries do without the other.
    """
    faults = []
    for part, value in (
        ("name", address.name),
        ("street line", address.line1),
        ("city", address.city),
        ("country", address.country),
    ):
        if not value.strip():
            faults.append(f"the {part} is missing")
        elif len(value) > _LONGEST:
            faults.append(f"the {part} is longer than {_LONGEST} characters")
    if len(address.region) > _LONGEST:
        faults.append(f"the region is longer than {_LONGEST} characters")
    code = address.postal_code.strip()
    if code and (len(code) > _LONGEST_POSTAL_CODE or not _POSTAL_CODE.fullmatch(code)):
        faults.append(f"{code!r} is not a postal code")
    return tuple(faults)
