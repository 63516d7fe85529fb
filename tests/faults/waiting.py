"""Waiting, as the kernel's own tests do."""

from modules.kernel.messaging.tests.waiting import wait_until

__all__ = ["wait_until"]
