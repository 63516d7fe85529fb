"""Erasing a person: nothing readable remains, and everything goes on."""

import pytest
from django.core.management import call_command
from django.db import connection

from modules.kernel.contracts import ERASED
from modules.kernel.eventstore.erasure import erase
from modules.kernel.eventstore.models import Snapshot
from modules.kernel.eventstore.personal import SubjectKeys, tag_of
from modules.kernel.eventstore.tests.jar import JarGiven, give, jars, put_in
from modules.kernel.messaging.catalogue import decode, sealed
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import Message, OperatorAction, SetAside
from modules.kernel.messaging.protection import opened
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
from modules.kernel.messaging.tests.probe import run, tick

pytestmark = pytest.mark.django_db(transaction=True)


def everything() -> str:
    """This gives all rows of all tables of the kernel as one text."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("messaging_", "eventstore_", "readmodels_")):
                cursor.execute(f"SELECT * FROM {table}")
                found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


def park(record: object) -> None:
    """This has a consumer fail at every jar that is given."""
    handler = Handler(record=record, retry=RetryPolicy(attempts=1))  # type: ignore[arg-type]  # a handler
    subscription = Subscription("probe", "probe", {"probe.jar_given": (handler,)})
    tick()
    run(Consumer(subscription, database="default", source="default", owner="test"))


@pytest.fixture
def anns_jar() -> None:
    give("a", "ann", "Ann Smith-Żółć", "likes tea", "")
    give("b", "bob", "Bob Brown")
    put_in("a", 1, 2, 3)


@pytest.mark.usefixtures("anns_jar")
class TestWhatIsPersonal:
    def test_is_nowhere_readable_but_is_read(self) -> None:
        assert Snapshot.objects.count() == 1
        assert "Smith" not in everything()
        assert "tea" not in everything()
        state = jars.load("a").state
        assert (state.owner_name, state.notes) == ("Ann Smith-Żółć", ["likes tea", ""])

    def test_reaches_handlers_readable(self) -> None:
        names: list[str] = []

        def note(message: JarGiven, delivery: Delivery) -> None:
            names.append(message.owner_name)

        park(note)
        assert names == ["Ann Smith-Żółć", "Bob Brown"]

    def test_crosses_a_broker_readable_and_is_kept_sealed_again(self) -> None:
        """Another deployable has none of our keys, and its log has nothing readable either."""
        kept = Message.objects.get(key="a", name="probe.jar_given").data
        sent = opened(kept)
        assert "Smith" in sent
        received = sealed("probe.jar_given", 1, sent)
        assert "Smith" not in received
        assert decode("probe.jar_given", 1, received) == decode("probe.jar_given", 1, kept)
        assert sealed("probe.unknown", 1, sent) == sent

    def test_is_told_from_a_text_that_only_looks_encrypted(self) -> None:
        give("c", "cid", "enc1:AAAAAAAAAAAAAAAAAAAAAA:AAAA")
        assert jars.load("c").state.owner_name == "enc1:AAAAAAAAAAAAAAAAAAAAAA:AAAA"

    @pytest.mark.parametrize("rest", ["A", "AAAA", "A" * 13, "A" * 20, "A" * 40])
    def test_is_told_from_a_text_with_the_name_of_a_key_that_it_was_not_sealed_with(
        self, rest: str
    ) -> None:
        """Anybody can make up the name of his own key, and write it where nothing is sealed."""
        text = f"enc1:{tag_of('ann')}:{rest}"
        give(text, "ann", "Ann Smith")
        assert jars.load(text).state.owner_name == "Ann Smith"
        assert [stream for stream, _ in jars.replay() if text in stream]
        assert erase("ann", operator="op", reason="asked for it").key_destroyed
        assert jars.load(text).state.owner_name == ERASED


@pytest.mark.usefixtures("anns_jar")
class TestErase:
    def test_leaves_nothing_readable_and_replay_works(self) -> None:
        def refuse(message: JarGiven, delivery: Delivery) -> None:
            raise RuntimeError(f"no jar for {message!r}")

        park(refuse)
        assert "Ann Smith" in everything()
        before = list(Message.objects.order_by("id").values_list("data", flat=True))

        erased = erase("ann", operator="op", reason="asked for it")

        assert (erased.key_destroyed, erased.errors) == (True, 2)
        assert "Smith" not in everything()
        assert "tea" not in everything()
        assert list(Message.objects.order_by("id").values_list("data", flat=True)) == before
        state = jars.load("a").state
        assert (state.coins, state.owner_name, state.notes) == (6, ERASED, [ERASED, ""])
        assert len(list(jars.replay())) == 5
        # Bob's error quoted Ann's too: both had failed in one batch.
        assert "Bob Brown" in SetAside.objects.get(key="b").error
        assert jars.load("b").state.owner_name == "Bob Brown"

    def test_leaves_an_audit_line_that_names_nobody(self) -> None:
        call_command("eventstore", "erase", "ann", "--reason", "asked for it", verbosity=0)
        [line] = OperatorAction.objects.filter(action="eventstore.erase")
        assert line.reason == "asked for it"
        assert "ann" not in line.subject

    def test_holds_for_what_is_told_of_them_later(self) -> None:
        erase("ann", operator="op", reason="asked for it")
        give("d", "ann", "Ann again")
        assert "again" not in everything()
        assert jars.load("d").state.owner_name == ERASED

    def test_asks_for_a_reason(self) -> None:
        with pytest.raises(ValueError, match="why"):
            erase("ann", operator="op", reason=" ")

    def test_can_be_run_again(self) -> None:
        erase("ann", operator="op", reason="asked for it")
        assert not erase("ann", operator="op", reason="once more").key_destroyed

    def test_has_no_snapshot_taken_of_what_is_left(self) -> None:
        erase("ann", operator="op", reason="asked for it")
        put_in("a", 1, 1, 1, 1)
        assert SubjectKeys().seal_text("anything", "ann") == ""
        assert jars.load("a").state.coins == 10
