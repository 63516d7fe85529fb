"""Every metric is documented, and the documents name no other."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from modules.kernel.messaging.metrics import statistics_exposition
from modules.kernel.readmodels.metrics import read_model_exposition
from modules.kernel.telemetry.exposition import exposition

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
#: What the exposition adds to the name of a histogram.
SUFFIX = re.compile(r"_(bucket|sum|count)$")


@pytest.mark.django_db
class TestMetrics:
    def test_are_those_that_the_operators_are_told_of(self) -> None:
        text = (statistics_exposition() + read_model_exposition() + exposition()).decode()
        exposed = {
            f"{family.name}_total" if family.type == "counter" else family.name
            for family in text_string_to_metric_families(text)
            if family.name.startswith("quarry_")
        }
        told = {SUFFIX.sub("", name) for name in re.findall(r"\bquarry_\w+", OPERATING)}
        assert exposed == told
