"""Tokens of calls between processes: short-lived, signed by the calling module with its own key.

The caller proves which module it is and for which module the call is meant; the receiver
verifies that even on localhost, and then asks `callers` whether that module may call. Nothing
else of a request says who made it.
"""

from modules.kernel.interfaces.tokens.claims import LIFETIME_SECONDS, TYPE, TokenRefused
from modules.kernel.interfaces.tokens.keys import KeyFolder, KeysMissing, make_keys
from modules.kernel.interfaces.tokens.signing import Signer
from modules.kernel.interfaces.tokens.verifying import Caller, Verifier

__all__ = [
    "Signer",
    "Verifier",
    "Caller",
    "TokenRefused",
    "LIFETIME_SECONDS",
    "TYPE",
    "KeyFolder",
    "KeysMissing",
    "make_keys",
]
