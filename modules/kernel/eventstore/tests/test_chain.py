"""The hash chain: what is done to the log by hand in SQL is found and named."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from modules.kernel.eventstore import chain
from modules.kernel.eventstore.models import ChainBlock
from modules.kernel.eventstore.tests.jar import put_in
from modules.kernel.messaging import retention
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sealed_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """This is a log of eight rows, sealed in blocks of three."""
    monkeypatch.setattr(chain, "BLOCK", 3)
    put_in("a", 1, 2, 3, 4)
    publish(*(ThingHappened(thing="t", number=number) for number in range(4)))
    tick()
    while chain.seal("default"):
        pass


def sql(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def findings(expect: str = "") -> list[tuple[str, str]]:
    """This gives what is found, by the data of the message that it is found of."""
    verdict = chain.Verdict(database="default")
    list(chain.verify("default", verdict, expect=expect))
    return [(one.what, one.message_id) for one in verdict.findings]


def identity(number: int) -> str:
    return str(Message.objects.order_by("id")[number].message_id)


class TestVerify:
    def test_finds_nothing_in_a_log_that_nobody_touched(self) -> None:
        assert findings() == []
        assert ChainBlock.objects.count() == 3

    @pytest.mark.parametrize(
        "change",
        [
            'data = \'{"jar":"a","coins":1000}\'',
            "stream = 'probe.jar-b'",
            "stream_version = 99",
            "key = 'b'",
            'headers = \'{"actor":"nobody"}\'',
            "recorded_at = '2020-01-01 00:00:00+00:00'",
            "effective_at = '2020-01-01 00:00:00+00:00'",
            "schema_version = 2",
        ],
    )
    def test_names_a_row_that_was_changed_in_sql(self, change: str) -> None:
        row = Message.objects.order_by("id")[1]
        sql(f"UPDATE messaging_message SET {change} WHERE id = {row.pk}")
        assert findings() == [("changed", str(row.message_id))]

    def test_names_a_row_that_is_missing(self) -> None:
        gone = identity(2)
        sql("DELETE FROM messaging_message WHERE id = %s", Message.objects.order_by("id")[2].pk)
        assert findings() == [("missing", gone)]

    def test_finds_a_seal_that_was_changed_to_fit(self) -> None:
        """Both the row and its seal are changed: the next block does not follow any more."""
        block = ChainBlock.objects.order_by("last_pos")[0]
        sql("UPDATE messaging_message SET key = 'b' WHERE id = %s", Message.objects.first().pk)  # type: ignore[union-attr]  # there is one
        found, _ = open_log("default").read(after=0, names=None, parts=None, limit=3)
        rows = b"".join(chain._entry(one) for one in found)
        digest = chain._chained(bytes(block.previous), 0, block.last_pos, rows)
        ChainBlock.objects.filter(pk=block.pk).update(rows=rows, digest=digest)
        assert findings() == [("chain", "")]

    def test_finds_a_chain_that_was_written_anew_by_the_digest_that_was_kept(self) -> None:
        verdict = chain.Verdict(database="default")
        list(chain.verify("default", verdict))
        assert findings(expect=verdict.digest) == []
        ChainBlock.objects.all().delete()
        sql("UPDATE messaging_message SET key = 'b' WHERE id = %s", Message.objects.first().pk)  # type: ignore[union-attr]  # there is one
        while chain.seal("default"):
            pass
        assert findings() == []
        assert findings(expect=verdict.digest) == [("chain", "")]

    def test_does_not_miss_what_retention_has_pruned(self) -> None:
        assert sum(retention.prune("default", older_than=timedelta(days=-1))) >= 3
        assert findings() == []

    def test_does_not_miss_what_is_pruned_while_it_goes_on(self) -> None:
        verdict = chain.Verdict(database="default")
        comparing = chain.verify("default", verdict)
        next(comparing)
        assert sum(retention.prune("default", older_than=timedelta(days=-1))) >= 3
        list(comparing)
        assert verdict.findings == []
        assert verdict.pruned >= 3

    @pytest.mark.parametrize("old", [0, 6])
    def test_misses_what_was_too_young_to_be_pruned(self, old: int) -> None:
        ids = list(Message.objects.order_by("id").values_list("pk", flat=True))
        Message.objects.filter(pk__in=ids[:old]).update(
            recorded_at=datetime(2020, 1, 1, tzinfo=UTC)
        )
        ChainBlock.objects.all().delete()
        while chain.seal("default"):
            pass
        assert sum(retention.prune("default", older_than=timedelta(days=365))) == max(old - 4, 0)
        gone = str(Message.objects.get(pk=ids[6]).message_id)
        sql("DELETE FROM messaging_message WHERE id = %s", ids[6])
        assert findings() == [("missing", gone)]


class TestRetention:
    def test_keeps_events_of_streams_also_where_they_came_without_them(self) -> None:
        sql("UPDATE messaging_message SET stream = NULL, stream_version = NULL")  # as over a broker
        before = Message.objects.filter(name__startswith="probe.coins").count()
        assert before == 4
        assert sum(retention.prune("default", older_than=timedelta(days=-1))) >= 3
        assert Message.objects.filter(name__startswith="probe.coins").count() == before


class TestTheSealer:
    def test_seals_at_once_and_then_what_has_come_meanwhile(self) -> None:
        sealer = chain.Sealer("default")
        assert sealer.step() == 0, "the log was sealed already"
        put_in("a", 5)
        tick()
        assert sealer.step() == 0
        assert 0 < sealer.idle_seconds <= 0.2, "it looks again soon, though nothing more comes"
        assert chain.Sealer("default").step() == 1


class TestTheCommand:
    def test_names_the_row_and_fails(self) -> None:
        changed = identity(0)
        sql("UPDATE messaging_message SET key = 'b' WHERE message_id = (SELECT message_id FROM"
            " messaging_message ORDER BY id LIMIT 1)")  # fmt: skip
        out = io.StringIO()
        with pytest.raises(CommandError, match="not what was sealed"):
            call_command("eventstore", "verify", "--json", stdout=out)
        [verdict] = json.loads(out.getvalue())
        assert [one["message_id"] for one in verdict["findings"]] == [changed]
        assert "stream probe.jar-a, version 1" in verdict["findings"][0]["detail"]

    def test_says_so_where_all_is_well(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("eventstore", "verify")
        assert "8 rows up to position" in capsys.readouterr().out
