"""Every metric is documented, and the documents name no other."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from modules.kernel.messaging.metrics import statistics_exposition
from modules.kernel.readmodels.metrics import read_model_exposition
from modules.kernel.sagas.metrics import saga_exposition
from modules.kernel.telemetry.exposition import exposition

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
#: The metrics' labels, as the table gives them.
LABELS = {
    name: set(re.findall(r"\w+", labels))
    for name, labels in re.findall(r"^\| `(quarry_\w+)` \| ([^|]*) \|", OPERATING, re.MULTILINE)
}
ALERTS = [
    rule
    for group in yaml.safe_load(OPERATING.split("```yaml\n")[1].split("```")[0])["groups"]
    for rule in group["rules"]
]
#: What the exposition adds to the name of a histogram.
SUFFIX = re.compile(r"_(bucket|sum|count)$")


@pytest.mark.django_db
class TestMetrics:
    def test_are_those_that_the_operators_are_told_of(self) -> None:
        gauges = statistics_exposition() + saga_exposition() + read_model_exposition()
        text = (gauges + exposition()).decode()
        exposed = {
            f"{family.name}_total" if family.type == "counter" else family.name
            for family in text_string_to_metric_families(text)
            if family.name.startswith("quarry_")
        }
        told = {SUFFIX.sub("", name) for name in re.findall(r"\bquarry_\w+", OPERATING)}
        assert exposed == told
        labels = {
            SUFFIX.sub("", sample.name): {*sample.labels} - {"le"}
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if family.name.startswith("quarry_") and not sample.name.endswith("_created")
        }
        assert labels == {name: LABELS[name] for name in labels}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_labels_that_its_metrics_have(alert: dict[str, str]) -> None:
    expression = alert["expr"]
    metrics = {SUFFIX.sub("", name) for name in re.findall(r"\bquarry_\w+", expression)}
    has = {"le"}.union(*(LABELS[name] for name in metrics))
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)
    asked = {*re.findall(r"\w+", " ".join(grouped)), *re.findall(r"(\w+)!?=~?\"", expression)}
    assert metrics
    assert asked <= has
