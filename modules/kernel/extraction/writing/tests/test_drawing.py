"""What is drawn, held to rules without an engine to run it: settings, compose, Kubernetes."""

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from modules.kernel.extraction.writing.drawing import drawn
from modules.kernel.extraction.writing.facts import BROKERS
from modules.kernel.extraction.writing.tests.gifts import facts
from modules.kernel.extraction.writing.tests.manifest_rules import compose_faults, kubernetes_faults


def texts(broker: str = "rabbitmq", asks: tuple[str, ...] = ("stock",)) -> dict[str, str]:
    found = drawn(facts(broker=broker, asks=asks))
    return {path.as_posix(): content.decode() for path, content in found.items()}


def kubernetes(broker: str = "rabbitmq", asks: tuple[str, ...] = ("stock",)) -> list[Any]:
    """This gives every object that is applied, with the secrets that are made by hand."""
    return [
        one
        for name, text in texts(broker, asks).items()
        if name.startswith("kubernetes/") and not name.endswith("kustomization.yaml")
        for one in yaml.safe_load_all(text)
    ]


@pytest.mark.parametrize("broker", BROKERS)
@pytest.mark.parametrize("asks", [(), ("stock",)])
class TestWhatIsDrawn:
    def test_runs_under_compose(self, broker: str, asks: tuple[str, ...]) -> None:
        assert compose_faults(yaml.safe_load(texts(broker, asks)["compose.yaml"])) == []

    def test_runs_under_kubernetes(self, broker: str, asks: tuple[str, ...]) -> None:
        assert kubernetes_faults(kubernetes(broker, asks)) == []

    def test_gets_what_its_readme_says_that_it_is_told(
        self, broker: str, asks: tuple[str, ...]
    ) -> None:
        files = texts(broker, asks)
        rows = re.findall(r"(?m)^\| (`.*?) \|", files["README.md"])
        told = set(re.findall(r"`([A-Z_]+)`", " ".join(rows)))
        assert {"SECRET_KEY", "QUARRY_PERSONAL_DATA_KEY"} <= told
        in_kubernetes = "".join(text for name, text in files.items() if "kubernetes/" in name)
        for manifests in (files["compose.yaml"], in_kubernetes):
            assert sorted(told - set(re.findall(r"[A-Z_]+", manifests))) == []

    def test_leaves_no_mark_of_a_template(self, broker: str, asks: tuple[str, ...]) -> None:
        for name, text in texts(broker, asks).items():
            assert [mark for mark in ("{%", "{{", "{#") if mark in text] == [], name


def test_every_object_is_applied_but_the_secrets() -> None:
    files = texts()
    applied = yaml.safe_load(files["kubernetes/kustomization.yaml"])["resources"]
    there = {name.removeprefix("kubernetes/") for name in files if name.startswith("kubernetes/")}
    assert set(applied) == there - {"kustomization.yaml", "secret.example.yaml"}


def test_the_deployable_is_python_that_names_its_callers() -> None:
    told: dict[str, Any] = {}
    exec(texts()["config/settings/deployable.py"], told)
    assert (told["MODULES"], told["NAME"]) == (["gifts"], "gifts")
    assert told["ALL_MODULES"] == ["desk", "gifts", "stock"]
    assert told["CALLERS"] == ["desk:gifts.Gifts"]


def _of(objects: list[Any], kind: str) -> Any:
    return next(one for one in objects if one["kind"] == kind)


def _container(objects: list[Any]) -> Any:
    return _of(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (lambda all: _container(all).pop("readinessProbe"), "no readinessProbe"),
        (lambda all: _container(all).pop("livenessProbe"), "no livenessProbe"),
        (lambda all: _container(all)["resources"].pop("limits"), "no limit of memory"),
        (lambda all: _container(all).update(image="gifts:latest"), "not pinned"),
        (lambda all: _container(all)["securityContext"].clear(), "may become more"),
        (lambda all: _of(all, "Service")["spec"]["selector"].update(a="b"), "selects nothing"),
        (lambda all: _of(all, "NetworkPolicy")["spec"]["policyTypes"].pop(), "Egress"),
        (lambda all: all.remove(_of(all, "PodDisruptionBudget")), "no disruption budget"),
        (lambda all: all.remove(_of(all, "ConfigMap")), "is not there"),
        (lambda all: all.remove(_of(all, "Secret")), "is not there"),
        (lambda all: all.remove(_of(all, "Job")), "no Job"),
    ],
)
def test_a_fault_under_kubernetes_is_seen(
    break_it: Callable[[list[Any]], object], fault: str
) -> None:
    objects = copy.deepcopy(kubernetes())
    break_it(objects)
    assert any(fault in found for found in kubernetes_faults(objects))


@pytest.mark.parametrize(
    ("service", "change", "fault"),
    [
        ("postgres", {"image": "postgres:latest"}, "not pinned"),
        ("rabbitmq", {"healthcheck": {}}, "nobody sees whether it is healthy"),
        ("web", {"depends_on": {"mysql": {"condition": "service_started"}}}, "is no service"),
        ("postgres", {"volumes": ["elsewhere:/data"]}, "is not declared"),
    ],
)
def test_a_fault_under_compose_is_seen(service: str, change: dict[str, Any], fault: str) -> None:
    compose = yaml.safe_load(texts()["compose.yaml"])
    compose["services"][service] |= change
    assert any(fault in found for found in compose_faults(compose))
