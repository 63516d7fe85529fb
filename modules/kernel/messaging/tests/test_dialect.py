"""Times read by a raw cursor: aware, in whatever form a database gives them."""

from datetime import UTC, datetime

import pytest

from modules.kernel.messaging.dialect import as_datetime

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)


class TestATimeOfTheLog:
    @pytest.mark.parametrize(
        "value", ["2026-01-02 03:04:05.006", MOMENT.replace(tzinfo=None), MOMENT]
    )
    def test_is_aware(self, value: datetime | str) -> None:
        assert as_datetime(value) == MOMENT

    def test_is_none_where_there_is_none(self) -> None:
        assert as_datetime(None) is None
