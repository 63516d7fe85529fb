"""The model that delivery is compared with, whatever happens to the workers.

Run by `test_stateful`, and against planted defects by `test_planted_defects`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from modules.kernel.messaging import operations
from modules.kernel.messaging.models import (
    Message,
    OperatorAction,
    Partition,
    Position,
    Sequencer,
    SetAside,
    Worker,
)
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.messaging.tests.worker_crew import ATTEMPTS, Crew

KEYS = ("a", "b")
NAMES = st.sampled_from(("first", "second"))
SOME_KEYS = st.lists(st.sampled_from(KEYS), min_size=1, max_size=6)
_TABLES = (Message, Position, Sequencer, Partition, Worker, SetAside, OperatorAction)


class Delivery(RuleBasedStateMachine):
    """This is the model: what was published by key, and what an operator gave up."""

    def __init__(self) -> None:
        super().__init__()
        for table in _TABLES:
            table.objects.all().delete()
        self.crew = Crew()
        self.published: dict[str, list[int]] = {key: [] for key in KEYS}
        self.dropped: set[int] = set()
        self.checkpoints: dict[int, tuple[int, int]] = {}
        self.count = 0

    def publishes(self, keys: list[str], failing: int) -> None:
        """The message at the index `failing`, if there is one, is one whose handler fails."""
        numbers = range(self.count + 1, self.count + 1 + len(keys))
        self.count += len(keys)
        publish(*(ThingHappened(thing=key, number=n) for key, n in zip(keys, numbers, strict=True)))
        for key, number in zip(keys, numbers, strict=True):
            self.published[key].append(number)
        self.crew.broken.update(numbers[failing : failing + 1])
        tick()

    def steps(self, name: str, due: bool, times: int) -> None:
        for _ in range(times):
            if due:
                self.crew.make_due()
            self.crew.step(name)

    def is_killed_in_a_handler(self, name: str, due: bool, calls: int) -> None:
        if due:
            self.crew.make_due()
        self.crew.calls_to_live = calls
        self.crew.step(name)

    def is_paused_while_another_takes_over(self, name: str, other: str) -> None:
        if name != other:
            self.crew.step_paused(name, lambda: self.crew.step(other))

    def crashes(self, name: str, noticed: bool) -> None:
        self.crew.crash(name)
        if noticed:
            self.crew.expire()

    def leaves(self, name: str) -> None:
        self.crew.leave(name)

    def leases_run_out(self) -> None:
        self.crew.expire()

    def handlers_are_mended(self) -> None:
        self.crew.broken.clear()

    def an_operator_retries_what_is_parked(self) -> None:
        for parked in operations.set_aside(state="parked"):
            self.crew.started.pop(self.numbers()[parked.position], None)
            operations.retry(
                consumer="probe", source="default", position=parked.position, operator="ann"
            )

    def an_operator_drops_the_first_that_is_parked(self) -> None:
        for parked in operations.set_aside(state="parked", limit=1):
            self.dropped.add(self.numbers()[parked.position])
            operations.drop(
                consumer="probe",
                source="default",
                position=parked.position,
                operator="ann",
                reason="the model says so",
            )

    # One rule, not one each: Hypothesis leaves some rules out of each run, and without
    # `publishes` or `steps` a run tries nothing.
    @rule(
        happens=st.one_of(
            st.builds(partial, st.just(publishes), keys=SOME_KEYS, failing=st.integers(0, 9)),
            st.builds(
                partial, st.just(steps), name=NAMES, due=st.booleans(), times=st.integers(1, 3)
            ),
            st.builds(partial, st.just(steps), name=NAMES, due=st.just(True), times=st.just(1)),
            st.builds(
                partial,
                st.just(is_killed_in_a_handler),
                name=NAMES,
                due=st.booleans(),
                calls=st.integers(0, 3),
            ),
            st.builds(
                partial, st.just(is_paused_while_another_takes_over), name=NAMES, other=NAMES
            ),
            st.builds(partial, st.just(crashes), name=NAMES, noticed=st.booleans()),
            st.builds(partial, st.just(leaves), name=NAMES),
            st.sampled_from(
                (
                    leases_run_out,
                    handlers_are_mended,
                    an_operator_retries_what_is_parked,
                    an_operator_drops_the_first_that_is_parked,
                )
            ),
        )
    )
    def something_happens(self, happens: Callable[[Delivery], None]) -> None:
        happens(self)

    @invariant()
    def each_effect_is_made_once_and_in_order(self) -> None:
        for key, effects in self.effects().items():
            assert effects == self.wanted(key)[: len(effects)], key

    @invariant()
    def nothing_disappears(self) -> None:
        numbers = self.numbers()
        aside = {numbers[pos] for pos in SetAside.objects.values_list("pos", flat=True)}
        checkpoints = dict(Partition.objects.values_list("part", "checkpoint"))
        parts = dict(Message.objects.values_list("key", "part"))
        positions = {number: position for position, number in numbers.items()}
        for key, effects in self.effects().items():
            for number in self.wanted(key):
                unread = positions.get(number, 2**62) > checkpoints.get(parts[key], 0)
                places = (number in effects, number in aside, unread)
                assert sum(places) == 1, f"{number}: effect, aside, unread = {places}"

    @invariant()
    def a_message_is_parked_after_its_last_attempt_and_not_before(self) -> None:
        for row in SetAside.objects.all():
            assert row.attempts == 0 if row.state == "waiting" else row.attempts <= ATTEMPTS
            if row.state == "parked":
                assert row.attempts == ATTEMPTS

    @invariant()
    def an_attempt_is_counted_before_it_is_made(self) -> None:
        numbers = self.numbers()
        for row in SetAside.objects.exclude(state="waiting"):
            assert row.attempts >= self.crew.started.get(numbers[row.pos], 0)

    @invariant()
    def checkpoints_and_epochs_never_go_back(self) -> None:
        for part, *now in Partition.objects.values_list("part", "epoch", "checkpoint"):
            epoch, checkpoint = self.checkpoints.get(part, (0, 0))
            assert now[0] >= epoch
            assert now[1] >= checkpoint
            self.checkpoints[part] = (now[0], now[1])

    def teardown(self) -> None:
        """In the end nothing waits behind a failure; mended, all has its effect."""
        self.crew.expire()
        tick()
        assert self.comes_to(self.all_is_dealt_with), "a failing message blocks other keys"
        self.crew.broken.clear()
        assert self.comes_to(lambda: self.all_is_done() and not SetAside.objects.exists())

    def comes_to(self, end: Callable[[], bool]) -> bool:
        """This tells whether a last worker comes to the end in a bounded number of steps."""
        for _ in range(4 * self.count + 4):
            if not self.crew.broken:
                self.an_operator_retries_what_is_parked()
            self.crew.make_due()
            self.crew.step("last")
            if end():
                return True
        return False

    def all_is_dealt_with(self) -> bool:
        """This is so when each message has its effect or is set aside, by whatever failure."""
        numbers = self.numbers()
        aside = {numbers[pos] for pos in SetAside.objects.values_list("pos", flat=True)}
        effects = self.effects()
        return all(set(self.wanted(key)) <= aside | set(effects[key]) for key in KEYS)

    def all_is_done(self) -> bool:
        return self.effects() == {key: self.wanted(key) for key in KEYS}

    def wanted(self, key: str) -> list[int]:
        return [number for number in self.published[key] if number not in self.dropped]

    def effects(self) -> dict[str, list[int]]:
        made: dict[str, list[int]] = {key: [] for key in KEYS}
        rows = OperatorAction.objects.filter(operator="probe").order_by("id")
        for subject in rows.values_list("subject", flat=True):
            key, number = subject.split(":")
            made[key].append(int(number))
        return made

    def numbers(self) -> dict[int, int]:
        """This gives the number of each message by its position."""
        rows = Message.objects.values_list("id", "data")
        by_id = {identity: int(data.rpartition(":")[2].rstrip("}")) for identity, data in rows}
        if not Sequencer.objects.exists():
            return by_id  # SQLite: the id is the position.
        return {pos: by_id[identity] for pos, identity in Position.objects.values_list()}
