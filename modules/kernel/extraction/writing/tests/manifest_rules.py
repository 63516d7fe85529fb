"""Rules for what runs a service: each fault is a sentence. Nothing is started."""

import re
from collections.abc import Iterator
from typing import Any


def compose_faults(compose: dict[str, Any]) -> list[str]:
    """This gives what would not start, not be watched, or not be found."""
    return list(_compose(compose))


def _compose(compose: dict[str, Any]) -> Iterator[str]:
    services = compose["services"]
    for name, service in services.items():
        if "build" not in service:
            if not re.search(r":\d+\.\d+", service.get("image", "")):
                yield f"{name}: its image is not pinned by version"
            if "test" not in service.get("healthcheck", {}):
                yield f"{name}: nobody sees whether it is healthy"
        for other, wanted in service.get("depends_on", {}).items():
            if other not in services:
                yield f"{name}: depends on {other}, which is no service"
            elif wanted["condition"] == "service_healthy" and "test" not in services[other].get(
                "healthcheck", {}
            ):
                yield f"{name}: waits for the health of {other}, which has no check"
        for volume in service.get("volumes", []):
            source = volume.rsplit(":/", 1)[0].partition(":/")[0]
            if not source.startswith(("$", ".")) and source not in compose["volumes"]:
                yield f"{name}: its volume {volume} is not declared"


def kubernetes_faults(objects: list[Any]) -> list[str]:
    """This gives what would not start, not be watched, or may do more than it needs."""
    return list(_kubernetes(objects))


def _kubernetes(objects: list[Any]) -> Iterator[str]:
    by_kind: dict[str, list[Any]] = {}
    for one in objects:
        by_kind.setdefault(one["kind"], []).append(one)
    named = {(one["kind"], one["metadata"]["name"]) for one in objects}
    for workload in (*by_kind.get("Deployment", ()), *by_kind.get("Job", ())):
        yield from _workload(workload, named)
    if not by_kind.get("Job"):
        yield "there is no Job that migrates"
    deployments = by_kind.get("Deployment", [])
    for service in by_kind.get("Service", ()):
        if not any(_selects(service["spec"]["selector"], one) for one in deployments):
            yield f"the service {service['metadata']['name']} selects nothing"
    for one in deployments:
        budgets = by_kind.get("PodDisruptionBudget", ())
        if not any(_selects(budget["spec"]["selector"]["matchLabels"], one) for budget in budgets):
            yield f"{one['metadata']['name']} has no disruption budget"
        policies = by_kind.get("NetworkPolicy", ())
        if not any(_selects(each["spec"]["podSelector"]["matchLabels"], one) for each in policies):
            yield f"{one['metadata']['name']} has no network policy"
    for policy in by_kind.get("NetworkPolicy", ()):
        for direction in {"Ingress", "Egress"} - set(policy["spec"]["policyTypes"]):
            yield f"{policy['metadata']['name']} says nothing of {direction}"


def _workload(workload: Any, named: set[tuple[str, str]]) -> Iterator[str]:
    name = workload["metadata"]["name"]
    pod = workload["spec"]["template"]["spec"]
    if not pod.get("securityContext", {}).get("runAsNonRoot"):
        yield f"{name} may run as root"
    for container in pod["containers"]:
        if not re.search(r":\d+\.\d+", container["image"]):
            yield f"{name}: its image is not pinned by version"
        if "memory" not in container.get("resources", {}).get("limits", {}):
            yield f"{name} has no limit of memory"
        if container.get("securityContext", {}).get("allowPrivilegeEscalation") is not False:
            yield f"{name} may become more than it was started as"
        if workload["kind"] == "Deployment":
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                if probe not in container:
                    yield f"{name} has no {probe}"
        for source in container.get("envFrom", ()):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if key in source and (kind, source[key]["name"]) not in named:
                    yield f"{name}: the {kind} {source[key]['name']} is not there"
    for volume in pod.get("volumes", ()):
        if "secret" in volume and ("Secret", volume["secret"]["secretName"]) not in named:
            yield f"{name}: the Secret {volume['secret']['secretName']} is not there"


def _selects(labels: dict[str, str], workload: Any) -> bool:
    has: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return labels.items() <= has.items()
