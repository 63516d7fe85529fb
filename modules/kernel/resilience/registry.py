"""The pipelines of this process: one for each caller and what it calls.

Filled with policies in `AppConfig.ready()`, from the manifests; a pipeline is made when it is
first asked for, and stays, for its state is what it is for.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from modules.kernel.resilience.pipeline import Pipeline
from modules.kernel.resilience.policy import Policy

#: The key of the policy for everything that has none of its own.
DEFAULT = "default"

_policies: dict[str, Mapping[str, Policy]] = {}
_outcomes: dict[str, Callable[[], Any]] = {}
_pipelines: dict[tuple[str, str], Pipeline] = {}
_lock = Lock()
_faults_allowed = False


def _nothing() -> None: ...


_thread_ended: Callable[[], None] = _nothing


def declare(caller: str, policies: Mapping[str, Policy]) -> None:
    """This takes in a module's policies, by ``module.Interface``, its methods, or `DEFAULT`."""
    _policies[caller] = dict(policies)


def at_end_of_threads(act: Callable[[], None]) -> None:
    """This has something done at the end of each thread that a pipeline makes."""
    global _thread_ended
    _thread_ended = act


def allow_faults(allowed: bool, *, outcomes: Mapping[str, Callable[[], Any]] | None = None) -> None:
    """This says whether pipelines inject the faults of their policies; they do not unless told.

    Args:
        outcomes: the wrong results that faults may name.
    """
    global _faults_allowed
    with _lock:
        _faults_allowed = allowed
        _outcomes.update(outcomes or {})


def policy_for(caller: str, target: str) -> Policy:
    """This gives the policy of the calls from a module to an interface or one of its methods.

    Args:
        target: ``module.Interface`` or ``module.Interface.method``; the policy of a method is
            that of its interface where it has none.
    """
    declared = _policies.get(caller, {})
    for name in (target, ".".join(target.split(".")[:2]), DEFAULT):
        if name in declared:
            return declared[name]
    return Policy()


def pipeline(caller: str, target: str) -> Pipeline:
    """This gives the one pipeline of the calls from a module to an interface or method.

    Methods without a policy of their own share their interface's pipeline, and so its breaker.
    """
    found = _pipelines.get((caller, target))
    if found is not None:
        return found
    interface = ".".join(target.split(".")[:2])
    if target != interface and target not in _policies.get(caller, {}):
        found = pipeline(caller, interface)
    with _lock:
        if found is None:
            found = _pipelines.get((caller, target)) or Pipeline(
                f"{caller}->{target}",
                policy_for(caller, target),
                faults_allowed=_faults_allowed,
                outcomes=_outcomes,
                thread_ended=_thread_ended,
            )
        return _pipelines.setdefault((caller, target), found)


def pipelines() -> tuple[Pipeline, ...]:
    """This gives the pipelines that were asked for so far, by name."""
    with _lock:
        return tuple(sorted(set(_pipelines.values()), key=lambda found: found.name))


def forget_pipelines() -> None:
    """This has pipelines made anew, closed and with nothing counted: between tests."""
    with _lock:
        _pipelines.clear()
