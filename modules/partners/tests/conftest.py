from collections.abc import Iterator

import pytest
from pytest_django import Settings

from modules.partners.tests.receiver import Receiver, running_receiver


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A partner's receiver on this machine, which may be sent to here."""
    settings.PARTNERS_WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    with running_receiver() as running:
        yield running
