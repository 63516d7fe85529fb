"""Bearer tokens from outside: who issues them, what makes one good, and making some.

The installation is an issuer of its own, and believes those that the settings name beside it
(`QUARRY_TOKEN_ISSUERS`). A token that has been verified once is known by its digest until it
expires, is revoked, or its key is taken away. The edge asks `verifier().principal(token)`; see
docs/gateway.md.
"""

from modules.kernel.identity.issuing import Issuing, issuing
from modules.kernel.identity.keys import SigningKeys, SigningKeysMissing
from modules.kernel.identity.rules import BadToken
from modules.kernel.identity.verifying import TokenVerifier, verifier

__all__ = [
    "verifier",
    "TokenVerifier",
    "BadToken",
    "issuing",
    "Issuing",
    "SigningKeys",
    "SigningKeysMissing",
]
