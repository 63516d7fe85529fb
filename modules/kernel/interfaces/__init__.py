"""Published interfaces: how one module asks another a question.

A module provides an object for a Protocol of its contracts when it registers;
a caller writes ``interfaces.get(Payments)`` and gets something that satisfies the
Protocol. Where the provider runs is not the caller's business.
"""

from modules.kernel.interfaces.registry import NotProvided, get, provide, provided

__all__ = ["get", "provide", "provided", "NotProvided"]
