"""What a service is to install: the client of its own broker, and of none of the others."""

from pathlib import Path

import pytest
from django.conf import settings

from modules.kernel.extraction.writing.dependencies import names_in, requirements_to_run
from modules.kernel.extraction.writing.facts import gather

ROOT = Path(__file__).parents[2]
CLIENTS: dict[str, set[str]] = {
    "rabbitmq": set(),
    "kafka": {"confluent-kafka", "boto3", "botocore"},  # Both schema registries go with it.
    "sns_sqs": {"boto3", "botocore"},
}


@pytest.mark.parametrize("broker", CLIENTS)
def test_have_the_client_of_its_broker_alone(broker: str) -> None:
    modules = settings.QUARRY_MODULES
    facts = gather(
        modules[0], root=ROOT, all_modules=modules, front=settings.QUARRY_FRONT, broker=broker
    )
    asked_for = (ROOT / "requirements/run.in").read_text(encoding="utf-8")
    wanted = set(names_in([requirements_to_run(asked_for, facts, root=ROOT)]))
    assert wanted & set().union(*CLIENTS.values()) == CLIENTS[broker]
