"""A move out of the deployable with the record, into a service of its own."""

from __future__ import annotations

import time

import urllib3

from modules.kernel.extraction.moving import (
    constraints,
    deliveries,
    guards,
    handled,
    log,
    queues,
    read_models,
    relaying,
)
from modules.kernel.extraction.moving.clearing import clear_service, refuse_unless_empty
from modules.kernel.extraction.moving.errors import Differs, NotReady
from modules.kernel.extraction.moving.mover import GIVING_UP, Mover
from modules.kernel.extraction.moving.progress import forget_progress, read_progress, write_progress
from modules.kernel.extraction.moving.record import State
from modules.kernel.extraction.moving.shared import check_shared, copy_shared, copy_snapshots
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import Table
from modules.kernel.messaging.logs import open_log
from modules.kernel.placements import (
    EVERYBODY_KNOWS_SECONDS,
    different_shadows,
    forget_shadows,
    hosting,
    place,
    read_placements,
)
from modules.kernel.placements import State as Placed

#: A process that has lost its connection to the database may be late by so much.
_RELAY_RESTS_SECONDS = EVERYBODY_KNOWS_SECONDS + 0.5
_ANSWERS_WITHIN_SECONDS = 5.0

#: How often it is seen to, while both answer, that little is left to copy.
_SHADOW_LOOKS_SECONDS = 0.2

#: What is noted on the service's side once it belongs to this move.
_BEGUN = "begun"


def end_shadow(here: Side, module: str) -> None:
    """This has nobody ask the service along any more."""
    placed = read_placements(here.alias).get(module)
    if placed is not None and placed.shadow_url:
        place(module, state=Placed.HERE, epoch=placed.epoch, using=here.alias)


def refuse_if_elsewhere(module: str, here: Side, service: Side) -> None:
    """This refuses to move what is not here, or is there already. Raises: NotReady."""
    placed = read_placements(here.alias).get(module)
    if placed is not None and placed.state is Placed.ELSEWHERE:
        raise NotReady(f"{module} runs at {placed.url} already")
    there = read_placements(service.alias).get(module)
    if there is not None and there.state is Placed.HERE:
        raise NotReady(
            f"{service.name} says that it is in charge of {module} already: give "
            "--to-database the database of a service that is not"
        )


def refuse_unless_it_answers(module: str, url: str) -> None:
    """This refuses a service that is not there. Raises: NotReady."""
    try:
        urllib3.request(
            "GET",
            f"{url.rstrip('/')}/healthz",
            timeout=_ANSWERS_WITHIN_SECONDS,
            retries=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise NotReady(
            f"the service does not answer at {url} ({error}): start it first, with "
            f"QUARRY_AWAITED_MODULES={module}"
        ) from error


class Outward(Mover):
    """This moves a module out."""

    @property
    def old(self) -> Side:
        return self.here

    @property
    def new(self) -> Side:
        return self.service

    @property
    def ends_in(self) -> State:
        return State.SWITCHED

    # -- the phases ------------------------------------------------------------------------

    def prepare(self) -> None:
        check_shared(self.module, self.here, self.service)
        refuse_if_elsewhere(self.module, self.here, self.service)
        self._take_service()
        self.drop_foreign_keys()
        self.record.tell(guarded=guards.names(self.copying.tables))
        guards.install(self.here, self.module, self.copying.tables)
        guards.note(self.here, self.module, noting=True)
        self.watcher.reached("changes noted")
        self._answers()
        queues.begin_anew(self.hearing, self.record.parameters)
        queues.keep_for_service(self.hearing, self.record.parameters)
        queues.keep_for_here(self.module, Placed.ELSEWHERE, self.record.parameters)

    def copy(self) -> None:
        super().copy()
        copy_snapshots(self.module, self.here, self.service)
        copy_shared(self.module, self.here, self.service)

    def compare(self) -> None:
        super().compare()
        # Before callers wait, and not before all is copied, which would ask them for each row.
        guards.install(self.service, self.module, self._tables_of_service())

    def shadow(self) -> None:
        end_shadow(self.here, self.module)
        if not self.shadowing.seconds:
            return
        forget_shadows(self.module, using=self.here.alias)
        began = time.monotonic()
        self._place_shadow()
        self.watcher.reached("shadow placed")
        try:
            while (passed := time.monotonic() - began) < self.shadowing.seconds:
                self.catch_up()
                self.watcher.progress(
                    "shadow reads (s)", done=int(passed), total=int(self.shadowing.seconds)
                )
                time.sleep(_SHADOW_LOOKS_SECONDS)
        finally:
            end_shadow(self.here, self.module)
        self.wait_until_known()
        found = different_shadows(self.module, using=self.here.alias)
        if found:
            raise Differs(
                f"the service has answered differently ({'; '.join(found)}): nothing was switched; "
                "see --status, and --resume without --shadow if that is as it must be, or --abort"
            )

    def place_fence(self, epoch: int) -> None:
        with self.here.transaction():
            self.place(self.here, Placed.FENCED, epoch)
            deliveries.stop(self.here, self.hearing)
            self.record.fenced(epoch)

    def drain(self) -> None:
        self.wait_for(
            lambda: log.all_placed(self.here, self.module), "some messages have no position yet"
        )
        cut = open_log(self.here.alias).head()
        self.record.tell(cut=cut)
        self.watcher.reached("log cut")
        if hosting().is_distributed:
            names = queues.own_events(self.module)
            self.wait_for(
                lambda: not relaying.not_relayed(self.here, self.module, names, cut),
                "the relay has not sent all events of the module; is the broker there?",
            )

    def verify(self) -> None:
        super().verify()
        copy_shared(self.module, self.here, self.service)

    def switch(self) -> None:
        epoch = self.record.move.epoch
        cut = int(self.record.facts["cut"])
        head = open_log(self.service.alias).head()
        with self.service.transaction():
            self.place(self.service, Placed.STANDBY, epoch)
            deliveries.hand_out_consumers(self.here, self.service, self.hearing)
            deliveries.hand_out_set_asides(self.here, self.service, self.hearing)
            read_models.hand_out(self.module, self.here, self.service)
            deliveries.hand_over_scheduled(self.here, self.service, self.module)
            self.copying.take_sequences_along()
            relaying.relay_after(self.service, head, rest_seconds=0.0)
            # From its first write on, so that it can go back with what has changed alone.
            self.service.execute(
                "UPDATE extraction_guard SET noting = true WHERE module = %s", [self.module]
            )
        self.watcher.reached("service ready")
        with self.here.transaction():
            self.place(self.here, Placed.ELSEWHERE, epoch, url=self.record.parameters["to_service"])
            relaying.relay_after(self.here, cut, rest_seconds=_RELAY_RESTS_SECONDS)
            deliveries.drop_set_asides(self.here, self.hearing)
            deliveries.drop_held(self.here, self.module)
            self.record.tell(service_head=head, floor=handled.floor_of(self.here, self.hearing))
            self.record.switch("resume")
        self.watcher.reached("switched")

    def resume(self) -> None:
        with self.service.transaction():
            self.place(self.service, Placed.HERE, self.record.move.epoch)
            deliveries.release_scheduled(self.service, self.module)
        self.note_pause()
        self.watcher.reached("service in charge")
        self.wait_until_known()

    def watch(self) -> None:
        constraints.validate(self.service, self.record.facts.get("foreign_keys", []))
        guards.forget_touched(self.here, guards.names(self.copying.tables))
        self._answers()

    # -- its own manner --------------------------------------------------------------------

    def open_fence(self) -> None:
        placed = self.placed(self.here)
        with self.here.transaction():
            guards.reopen(self.here, self.module)
            deliveries.release_scheduled(self.here, self.module)
            if placed is not None and placed.state is Placed.FENCED:
                deliveries.go_on(self.here, self.hearing)
                self.place(self.here, Placed.HERE, placed.epoch)
        self.watcher.reached("fence opened")

    def give_up(self) -> None:
        self._give_up_here()
        if not self._has_service():
            return
        clear_service(self.module, self.service, self.hearing, self._tables_of_service())
        self.watcher.reached("service cleared")
        foreign_keys = self.record.facts.get("foreign_keys", [])
        constraints.restore(self.service, foreign_keys)
        constraints.validate(self.service, foreign_keys)
        with self.service.transaction():
            forget_progress(self.service, self.module)

    def abort_without_service(self, why: str) -> None:
        """This gives the move up although the service's database does not answer.

        What the move has brought there stays, until the next move there clears it.

        Raises:
            NotReady: it has been switched already.
        """
        self.refuse_if_switched()
        self.open_fence()
        with self.record.phase(GIVING_UP, note=f"the service was not cleared: {why}"):
            self._give_up_here()
        self.record.end(State.ABORTED)

    def _give_up_here(self) -> None:
        end_shadow(self.here, self.module)
        guarded = self.record.facts.get("guarded", [])
        guards.remove(self.here, self.module, guarded)
        if guarded:  # Not before: the queues might be those of a service that this move is not to.
            queues.leave(self.hearing, self.record.parameters)
        self.watcher.reached("guards removed")

    def copy_log_batch(self, until: int | None) -> int:
        return log.copy_out(self.here, self.service, self.hearing, until=until)

    def compare_log(self) -> None:
        upto = int(read_progress(self.service, self.module, "log").upto or 0)
        self._compare_log(0, upto)
        self.record.tell(compared=upto)

    def settle_log(self) -> None:
        self.wait_for(
            lambda: log.all_placed(self.service), "the log of the service gives no positions"
        )

    def verify_log(self) -> None:
        with self.here.by_index(), self.service.by_index():
            self._compare_log(int(self.record.facts["compared"]), int(self.record.facts["cut"]))

    def _compare_log(self, after: int, until: int) -> None:
        here = log.count(self.here, after, until, of=self.hearing)
        there = log.count_carried(self.service, after, until)
        self.refuse_if_different(f"messages at positions {after + 1} to {until}", here, there)

    def _place_shadow(self) -> None:
        placed = self.placed(self.here)
        place(
            self.module,
            state=Placed.HERE,
            epoch=placed.epoch if placed else self.next_epoch(),
            shadow_url=self.record.parameters["to_service"],
            shadow_percent=self.shadowing.percent,
            using=self.here.alias,
        )

    def _take_service(self) -> None:
        """This makes the service's database this move's: empty, and in nobody's charge."""
        if self._has_service():
            return
        tables = self._tables_of_service()
        if not read_progress(self.service, self.module, _BEGUN).upto:
            refuse_unless_empty(self.service, tables)
        clear_service(self.module, self.service, self.hearing, tables)
        with self.service.transaction():
            forget_progress(self.service, self.module)
            self.place(self.service, Placed.STANDBY, self.next_epoch())
            write_progress(
                self.service, self.module, _BEGUN, upto=str(self.record.move.pk), done=False
            )
        self.wait_until_known()

    def _has_service(self) -> bool:
        """This is true once the service's database is this move's."""
        if "extraction_progress" not in self.service.tables():
            return False
        begun = read_progress(self.service, self.module, _BEGUN).upto
        return begun == str(self.record.move.pk)

    def _tables_of_service(self) -> tuple[Table, ...]:
        return guards.there(self.copying.tables)

    def _answers(self) -> None:
        refuse_unless_it_answers(self.module, self.record.parameters["to_service"])
