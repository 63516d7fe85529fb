"""Fixtures of the module's tests."""

from modules.kernel.http.testing import house_client

__all__ = ["house_client"]
