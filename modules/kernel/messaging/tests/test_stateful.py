"""Leases, checkpoints and messages set aside, against a small model, in any order of events."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from modules.kernel.messaging.tests.delivery_model import Delivery


@pytest.mark.timeout(400)  # When it fails: Hypothesis then looks for the shortest run that does.
@pytest.mark.django_db(transaction=True)
class TestDelivery:
    def test_agrees_with_the_model_whatever_happens_to_the_workers(self) -> None:
        run_state_machine_as_test(
            Delivery,
            settings=settings(
                max_examples=20,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
