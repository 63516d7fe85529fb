"""What a move refuses before it begins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import models
from django.test.utils import isolate_apps
from pytest_django import Settings

from modules.kernel.extraction.moving import operating
from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.record import last
from modules.kernel.extraction.moving.tables import table_of
from modules.kernel.extraction.moving.watching import Nobody
from modules.kernel.placements import read_placements
from tests.extraction.stage import Stage, forked


@isolate_apps()
def test_a_primary_key_of_several_columns() -> None:
    class Share(models.Model):
        payment = models.CharField(max_length=64)
        number = models.IntegerField()
        pk = models.CompositePrimaryKey("payment", "number")

        class Meta:
            app_label = "payments"

    with pytest.raises(NotReady) as refused:
        table_of(Share)
    assert "payments_share is of several columns (payment, number)" in str(refused.value)


class TestTheBrokersPassword:
    def test_is_refused_where_the_processes_do_not_have_it(self, stage: Stage) -> None:
        wanted = replace(stage.wanted, broker="amqp://me:secret@rabbitmq/")
        said = forked(lambda: operating.cut_over(wanted, Nobody()))
        assert "QUARRY_BROKER_CREDENTIALS" in said
        assert "secret" not in said
        assert last(operating.HERE, "payments") is None

    def test_is_stored_nowhere(self, stage: Stage, settings: Settings) -> None:
        host = stage.wanted.broker.rpartition("@")[2]
        settings.QUARRY_BROKER_CREDENTIALS = "guest:guest"
        assert stage.move(operating.cut_over) == ""
        assert read_placements("default")["payments"].broker_url == f"amqp://{host}"
        made = last(operating.HERE, "payments")
        assert made is not None
        assert made.parameters["broker"] == f"amqp://{host}"
