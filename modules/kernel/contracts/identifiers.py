"""Identifiers: UUID version 7, which sort by the time they were made (RFC 9562)."""

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """This makes a UUIDv7 as a standard-library UUID."""
    return uuid_utils.compat.uuid7()
