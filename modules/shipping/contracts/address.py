"""Where something is sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """This is a postal address; some countries have no postal codes, some no regions."""

    name: str
    line1: str
    city: str
    country: str
    postal_code: str = ""
    region: str = ""
