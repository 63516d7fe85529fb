"""Rebuilding: what is read changes at once, equal to what the log says, and back again."""

import io
import json
from collections.abc import Sequence
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from modules.kernel import placements
from modules.kernel.eventstore.erasure import erase
from modules.kernel.messaging.models import Partition
from modules.kernel.messaging.retention import prune
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.placements import State, StoredPlacements, place
from modules.kernel.readmodels import Happened, Tables, generations, switching
from modules.kernel.readmodels.models import Generation
from modules.kernel.readmodels.projector import Projector
from modules.kernel.readmodels.rebuild import Progress, RebuildRefused, rebuild
from modules.kernel.readmodels.tests.tallies import Tallies, Tally, ThingNamed


def happen(*numbers: int, thing: str = "a") -> None:
    publish(*(ThingHappened(thing=thing, number=number) for number in numbers))


def run(*arguments: str) -> str:
    """This runs `manage.py readmodels`, and gives what it wrote."""
    out = io.StringIO()
    call_command("readmodels", *arguments, stdout=out)
    return out.getvalue()


def states() -> dict[int, str]:
    mine = Generation.objects.filter(projection="probe.tallies").order_by("number")
    return dict(mine.values_list("number", "state"))


@pytest.fixture
def filled(tallies: Tallies) -> Tallies:
    happen(*range(30))
    happen(*range(7), thing="b")
    drain()
    return tallies


class TestRebuild:
    def test_reads_a_new_generation_with_the_same_rows(self, filled: Tallies) -> None:
        told = list(filled.told)
        phases: list[str] = []
        rebuilt = rebuild(filled, lambda progress: phases.append(progress.phase))
        assert (rebuilt.number, rebuilt.equal, rebuilt.switched) == (2, True, True)
        assert states() == {1: "kept", 2: "live"}
        assert Tally.objects.get(thing="a").times == 30
        assert filled.told == told, "a rebuild told others of what had happened long ago"
        assert phases[0] == "copying"
        assert phases[-1] == "done"

    def test_keeps_the_way_back_up_to_date(self, filled: Tallies) -> None:
        rebuild(filled, lambda progress: None)
        happen(99)
        drain()
        switching.rollback(filled)
        assert states() == {1: "live", 2: "kept"}
        assert Tally.objects.get(thing="a").last == 99
        happen(100)
        drain()
        assert Tally.objects.get(thing="a").last == 100

    def test_is_read_without_delay_where_what_was_read_before_goes_wrong(
        self, filled: Tallies
    ) -> None:
        """As it well may: that is why it was rebuilt."""

        def fail(events: object, tables: Tables) -> None:
            if tables.model(Tally)._meta.db_table.endswith("_g1"):
                raise RuntimeError("its rows are wrong")

        rebuild(filled, lambda progress: None)
        filled.disturb.append(fail)
        projector = Projector(filled, "default")
        for number in (101, 102, 103):
            happen(number)
            tick()
            projector.step()
            assert Tally.objects.get(thing="a").last == number
        assert Generation.objects.get(number=1, projection=filled.name).error
        assert projector.idle_seconds < 0.5

    def test_is_refused_while_the_module_is_being_moved(self, filled: Tallies) -> None:
        rebuild(filled, lambda progress: None)
        before = placements.use(StoredPlacements())
        try:
            place("probe", state=State.FENCED, epoch=1)
            with pytest.raises(switching.NotInCharge, match="probe is being moved"):
                rebuild(filled, lambda progress: None)
            with pytest.raises(switching.NotInCharge):
                switching.rollback(filled)
        finally:
            placements.use(before)
        assert states() == {1: "kept", 2: "live"}

    def test_keeps_one_way_back_only(self, filled: Tallies) -> None:
        for _ in range(3):
            rebuild(filled, lambda progress: None)
        assert states() == {3: "kept", 4: "live"}
        tables = connection.introspection.table_names()
        assert [name for name in sorted(tables) if name.startswith("probe_tally_g")] == [
            "probe_tally_g3",
            "probe_tally_g4",
        ]

    def test_refuses_to_switch_where_the_rows_differ(self, filled: Tallies) -> None:
        generations.tables_of(filled, generations.live(filled))[Tally].filter(thing="a").update(
            times=1
        )
        with pytest.raises(RebuildRefused, match="even-if-different"):
            rebuild(filled, lambda progress: None)
        assert states() == {1: "live"}
        rebuilt = rebuild(filled, lambda progress: None, even_if_different=True)
        assert (rebuilt.equal, rebuilt.switched) == (False, True)
        assert Tally.objects.get(thing="a").times == 30

    def test_makes_what_a_new_version_of_the_code_makes(
        self, filled: Tallies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def twice(self: Tallies, events: Sequence[Happened], tables: Tables) -> None:
            original(self, events, tables)
            for row in tables[Tally].filter(last__lt=1_000):
                row.last += 1_000
                row.save()

        original = Tallies.project
        monkeypatch.setattr(Tallies, "project", twice)
        monkeypatch.setattr(Tallies, "version", 2)
        rebuilt = rebuild(filled, lambda progress: None)
        assert (rebuilt.equal, rebuilt.switched) == (None, True)
        assert Tally.objects.get(thing="a").last == 1_029

    def test_catches_up_with_what_happens_meanwhile(self, filled: Tallies) -> None:
        happened: list[str] = []

        def happen_more(progress: Progress) -> None:
            if progress.phase not in happened and progress.phase in ("copying", "catching up"):
                happened.append(progress.phase)
                happen(len(happened) + 500)
                tick()

        rebuilt = rebuild(filled, happen_more)
        assert rebuilt.equal is True
        drain()
        assert Tally.objects.get(thing="a").times == 30 + len(happened)

    def test_leaves_nothing_behind_where_it_fails(self, filled: Tallies) -> None:
        def fail(events: object, tables: Tables) -> None:
            if tables.model(Tally)._meta.db_table.endswith("_g2"):
                raise RuntimeError("cannot be")

        filled.disturb.append(fail)
        with pytest.raises(RuntimeError, match="cannot be"):
            rebuild(filled, lambda progress: None)
        assert states() == {1: "live"}
        assert "probe_tally_g2" not in connection.introspection.table_names()

    def test_has_nothing_readable_of_a_person_who_was_erased(self, filled: Tallies) -> None:
        publish(ThingNamed(thing="a", owner="ann", owner_name="Ann Smith"))
        drain()
        erase("ann", operator="op", reason="asked for it")
        rebuilt = rebuild(filled, lambda progress: None)
        assert rebuilt.equal is True
        assert Tally.objects.get(thing="a").owner_name == "[erased]"

    def test_does_not_lose_what_came_of_messages_that_were_pruned(
        self, filled: Tallies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the version nothing is compared; so nothing else would tell what is missing."""
        Partition.objects.all().delete()  # Of consumers that the test does not run.
        assert sum(prune("default", older_than=timedelta(0))) > 0
        happen(1_000)
        drain()
        monkeypatch.setattr(Tallies, "version", 2)
        with pytest.raises(RebuildRefused, match="messages were pruned"):
            rebuild(filled, lambda progress: None)
        assert states() == {1: "live"}
        assert Tally.objects.get(thing="b").times == 7
        assert rebuild(filled, lambda progress: None, even_if_different=True).switched

    @pytest.mark.parametrize("is_read", [False, True])
    def test_lets_a_person_be_erased_where_older_code_made_other_columns(
        self, filled: Tallies, monkeypatch: pytest.MonkeyPatch, is_read: bool
    ) -> None:
        """Whose the older columns are nobody can say any more: the way back to them goes."""
        publish(ThingNamed(thing="a", owner="ann", owner_name="Ann Smith"))
        drain()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE probe_tally_g1 RENAME COLUMN owner_name TO name_of_owner")
        monkeypatch.setattr(Tallies, "version", 2)
        if is_read:
            erase("ann", operator="op", reason="asked for it")
            assert states() == {1: "live"}
        rebuild(filled, lambda progress: None)
        assert erase("ann", operator="op", reason="asked for it").rows == 1
        assert states() == {2: "live"}
        assert Tally.objects.get(thing="a").owner_name == "[erased]"
        assert "probe_tally_g1" not in connection.introspection.table_names()

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="writers on SQLite take turns")
    def test_is_not_done_while_an_older_transaction_may_commit(self, filled: Tallies) -> None:
        """An append that is not committed has no position: by positions all is caught up."""
        appended, commit = Event(), Event()

        def write() -> None:
            with unit_of_work("probe") as work:
                work.append(ThingHappened(thing="late", number=1))
                work.write_now()
                appended.set()
                assert commit.wait(20)
            connection.close()

        writer = Thread(target=write)
        writer.start()
        assert appended.wait(10)
        try:
            with pytest.raises(RebuildRefused, match="older transaction may still commit"):
                rebuild(filled, lambda progress: None, patience_seconds=0.2)
            assert states() == {1: "live"}

            def let_it_commit(progress: Progress) -> None:
                if progress.phase.startswith("waiting"):
                    commit.set()
                    tick()

            assert rebuild(filled, let_it_commit).equal is True
        finally:
            commit.set()
            writer.join(10)
        assert Tally.objects.get(thing="late").times == 1

    def test_refuses_beside_another_that_is_under_way(self, filled: Tallies) -> None:
        def rebuild_too(progress: Progress) -> None:
            if progress.phase == "done":
                return
            with pytest.raises(RebuildRefused, match="by another rebuild"):
                rebuild(filled, lambda progress: None)

        assert rebuild(filled, rebuild_too).switched

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such locks")
    def test_gives_up_a_switch_that_a_long_query_holds_up(
        self, filled: Tallies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reading, go_on = Event(), Event()

        def read_long() -> None:
            with transaction.atomic():
                list(Tally.objects.all())
                reading.set()
                assert go_on.wait(20)
            connection.close()

        monkeypatch.setattr(generations, "LOCK_SECONDS", 0.2)
        reader = Thread(target=read_long)
        reader.start()
        assert reading.wait(10)
        try:
            with pytest.raises(OperationalError, match="lock timeout"):
                rebuild(filled, lambda progress: None)
        finally:
            go_on.set()
            reader.join(10)
        assert states() == {1: "live"}
        assert rebuild(filled, lambda progress: None).switched


class TestTheCommand:
    def test_rebuilds_and_goes_back(self, filled: Tallies) -> None:
        answer = json.loads(run("rebuild", "probe.tallies", "--json"))
        assert (answer["equal"], answer["switched"]) == (True, True)
        assert json.loads(run("rollback", "probe.tallies", "--json"))["live"] == 1

    def test_leaves_it_ready_to_be_switched(self, filled: Tallies) -> None:
        assert "it is ready" in run("rebuild", "probe.tallies", "--no-switch")
        assert states() == {1: "live", 2: "ready"}
        assert "generation 2 is read now" in run("switch", "probe.tallies")

    def test_verifies_and_changes_nothing(self, filled: Tallies) -> None:
        assert "is what the log says" in run("verify", "probe.tallies")
        generations.tables_of(filled, generations.live(filled))[Tally].filter(thing="b").delete()
        with pytest.raises(CommandError, match="other rows than a fresh one"):
            run("verify", "probe.tallies")
        assert states() == {1: "live"}

    def test_lists_and_tells_how_far_behind_each_is(self, filled: Tallies) -> None:
        happen(1)
        tick()
        [row] = json.loads(run("status", "probe.tallies", "--json"))
        assert (row["lag_positions"], row["state"]) == (1, "live")
        assert row["lag_seconds"] >= 0
        assert "probe_tally" in run("list")

    @pytest.mark.parametrize("action", ["rebuild", "switch", "rollback", "verify", "status"])
    def test_says_which_there_are(self, tallies: Tallies, action: str) -> None:
        with pytest.raises(CommandError, match=r"probe\.tallies"):
            run(action, "probe.nothing")

    def test_says_where_there_is_nothing_to_go_back_to(self, filled: Tallies) -> None:
        with pytest.raises(CommandError, match="no switch since"):
            run("rollback", "probe.tallies")
