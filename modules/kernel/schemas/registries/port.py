"""What the project needs of a schema registry, whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from modules.kernel.schemas.registry.contracts import ContractSchema


class RegistryRefused(Exception):
    """This says that the registry does not take a schema, and why."""


class RegistryUnavailable(Exception):
    """This says that the registry does not answer, or lets us not in."""


class UnknownSchema(LookupError):
    """This says that the registry has no schema of the id that a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """This is what a schema is known by at the registry.

    Attributes:
        is_new: it was not there before.
    """

    subject: str
    version: int
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """This is one version of a subject, in JSON Schema 2020-12 or Avro, as text."""

    version: int
    text: str


class Registry(Protocol):
    """This is a registry; messages are framed as its serializers frame them."""

    def publish(self, schema: ContractSchema) -> Published:
        """This registers a schema, or finds it there.

        Raises:
            RegistryRefused: it is not compatible with what is there.
            RegistryUnavailable: no answer.
        """

    def history(self, subject: str) -> list[Stored]:
        """This gives the versions of a subject, oldest first; none where it is not known."""

    def frame(self, schema: ContractSchema, body: bytes) -> bytes:
        """This puts before the data by what their schema is found."""

    def unframe(self, message: bytes) -> tuple[str, bytes]:
        """This gives the schema that a message was written by, and the data.

        Raises:
            ValueError: the message is not framed as this registry's are.
            UnknownSchema: it is, and the registry does not know the schema.
            RegistryUnavailable: no answer.
        """

    def __enter__(self) -> Registry: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
