"""`ModuleConfig`: the `AppConfig` of a module, and the facts the kernel derives from it."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import AppConfig, apps
from django.conf import settings

from modules.kernel import interfaces, resilience
from modules.kernel.contracts import MessageContract, Upcaster, upcaster_of
from modules.kernel.eventstore.kinds import StreamKind, declare
from modules.kernel.manifests.manifest import Manifest, ManifestError, read_manifest
from modules.kernel.messaging.catalogue import announce_sent, register_message
from modules.kernel.messaging.followers import follow
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, subscribe
from modules.kernel.messaging.upcasting import register_upcaster
from modules.kernel.readmodels import Projection
from modules.kernel.readmodels import projection as read_models
from modules.kernel.readmodels.following import follower_of
from modules.kernel.sagas import Saga, choreography, engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

_USUAL = Handler(record=lambda: None)
#: For about ten minutes: who was called is back by then, mostly, without a person.
_OUTWARD = RetryPolicy(attempts=14)


class Registration:
    """This is what a module's `register` is given: the things it can offer the system."""

    def __init__(self, module: str) -> None:
        self.module = module

    def handles(
        self,
        message_class: type,
        handler: Callable[..., None],
        *,
        consumer: str = "",
        retry: RetryPolicy = _USUAL.retry,
        time_limit_seconds: float = _USUAL.time_limit_seconds,
        from_now: bool = False,
    ) -> None:
        """This has `handler` called with each message of the class, in the module's transaction.

        Args:
            handler: ``handler(message, delivery)``; see `modules.kernel.messaging`.
            consumer: name of the subscription, by default the module's own. Messages are
                ordered by key within one consumer.
            retry: what happens when it raises.
            time_limit_seconds: after which it counts as failed.
            from_now: a consumer that has never run begins at the end of the log, for all
                that it handles, and not at the start.
        """
        _know_upcasters(message_class)
        subscribe(
            consumer=consumer or self.module,
            module=self.module,
            message_class=message_class,
            handler=Handler(record=handler, retry=retry, time_limit_seconds=time_limit_seconds),
            from_now=from_now,
        )

    def handles_together(
        self,
        message_class: type,
        handler: Callable[..., None],
        *,
        consumer: str,
        retry: RetryPolicy = _USUAL.retry,
        time_limit_seconds: float = _USUAL.time_limit_seconds,
        from_now: bool = False,
    ) -> None:
        """This has `handler` called with many messages of the class at once, in their order.

        For what writes rows, many a statement: a projection, a report. One that fails is
        found by handing all over once more, one by one; so the handler must not depend on
        how they were grouped. What it appends names no cause.

        Args:
            handler: ``handler(received)``, a sequence of pairs ``(message, delivery)``.
            consumer: name of the subscription, which has no other handler of the class.
        """
        _know_upcasters(message_class)
        subscribe(
            consumer=consumer,
            module=self.module,
            message_class=message_class,
            handler=Handler(
                record=handler, together=True, retry=retry, time_limit_seconds=time_limit_seconds
            ),
            from_now=from_now,
        )

    def calls_out(
        self,
        message_class: type,
        call: Callable[..., object],
        record: Callable[..., None],
        *,
        consumer: str = "",
        retry: RetryPolicy = _OUTWARD,
        time_limit_seconds: float = _USUAL.time_limit_seconds,
        from_now: bool = False,
        at_once: int = 1,
    ) -> None:
        """This has `call` run outside any transaction and `record` in one, with its result.

        For work that leaves the database (a payment provider, a carrier, a question to another
        module). The call is made at least once: it must be idempotent by the message's id. What
        `record` writes happens exactly once.

        Args:
            call: ``call(message, delivery) -> result``.
            record: ``record(message, result, delivery)``.
            retry: what happens when one of them raises. By default it is tried for about ten
                minutes: the later messages of its key wait behind it, a saga's undo among them.
            at_once: how many calls a process makes at the same time, each for another key.
        """
        _know_upcasters(message_class)
        subscribe(
            consumer=consumer or f"{self.module}.outward",
            module=self.module,
            message_class=message_class,
            handler=Handler(
                call=call, record=record, retry=retry, time_limit_seconds=time_limit_seconds
            ),
            from_now=from_now,
            at_once=at_once,
        )

    def saga(self, saga: type[Saga], locals: Mapping[str, Callable[..., object]]) -> None:
        """This has the module run a saga.

        Register the handlers that keep the module's own records first: they run before the
        saga moves on, in the same transaction.

        Args:
            locals: the functions of its local steps by name; see `modules.kernel.sagas.engine`.
        """
        is_led = saga.name not in settings.QUARRY_CHOREOGRAPHED_SAGAS
        (engine if is_led else choreography).register(self.module, saga, locals)

    def streams(self, kind: StreamKind[Any]) -> None:
        """This makes the events of an event-sourced kind known, so that they are read back."""
        if kind.module != self.module:
            raise ValueError(f"{kind.category} is declared by {self.module}, not {kind.module}")
        declare(kind)

    def projection(self, projection: type[Projection]) -> None:
        """This has the module keep a read model up to date."""
        if projection.module != self.module:
            raise ValueError(
                f"{projection.name} is declared by {self.module}, not by {projection.module}"
            )
        for message_class in projection.handles:
            register_message(message_class)  # Its own module may run elsewhere.
        one = projection()
        read_models.register(one)
        follow(follower_of(one))

    def provides(self, protocol: type[T], provider: T) -> None:
        """This makes `provider` answer for the published interface."""
        interfaces.provide(protocol, provider)


class ModuleConfig(AppConfig):
    """This is the base of a module's `AppConfig`; override `register` to wire the module."""

    default_auto_field = "django.db.models.BigAutoField"
    default = False
    manifest: Manifest

    def __init_subclass__(cls) -> None:
        # Django takes the one class of apps.py with a true `default`; this base, imported
        # there, must not count, and without this line its False would be inherited.
        cls.default = True

    def ready(self) -> None:
        self.manifest = read_manifest(Path(self.path) / "module.toml")
        if self.manifest.name != self.label:
            raise ManifestError(
                f"{self.name}: the manifest calls the module {self.manifest.name!r}, "
                f"its app label is {self.label!r}; they must be the same"
            )
        resilience.declare(self.label, self.manifest.policies)
        interfaces.allow(self.label, self.manifest.requires)
        for declared in ("events", "commands"):
            for message_class in _message_classes(f"{self.name}.contracts.{declared}"):
                register_message(message_class)
        for upcaster in _upcasters(f"{self.name}.contracts.upcasters"):
            register_upcaster(upcaster)
        announce_sent(self.manifest.sends)
        self.register(Registration(self.label))

    def register(self, module: Registration) -> None:
        """This wires the module: override it to name handlers and providers."""


def installed_modules() -> tuple[ModuleConfig, ...]:
    """This gives the modules of this deployable in the order of the settings."""
    return tuple(config for config in apps.get_app_configs() if isinstance(config, ModuleConfig))


def module_of_app(label: str) -> str | None:
    """This gives the module that an app belongs to, or None for the kernel and libraries."""
    config = apps.app_configs.get(label)
    return config.label if isinstance(config, ModuleConfig) else None


def _know_upcasters(message_class: type) -> None:
    """This registers what stands beside a message that is handled: its module may be elsewhere."""
    for upcaster in _upcasters(f"{message_class.__module__.rpartition('.')[0]}.upcasters"):
        register_upcaster(upcaster)


def _upcasters(name: str) -> list[Upcaster]:
    if importlib.util.find_spec(name) is None:
        return []
    return [value for value in vars(importlib.import_module(name)).values() if upcaster_of(value)]


def _message_classes(name: str) -> list[type]:
    if importlib.util.find_spec(name) is None:
        return []
    contracts: ModuleType = importlib.import_module(name)
    return [
        value
        for value in vars(contracts).values()
        if inspect.isclass(value)
        and value.__module__ == name
        and isinstance(getattr(value, "__contract__", None), MessageContract)
    ]
