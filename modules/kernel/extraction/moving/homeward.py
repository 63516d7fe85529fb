"""A move back into the deployable with the record: the same protocol with the sides exchanged.

Within the window only what has changed is copied: the service's guards note it from the switch on.
After it, everything is. The log here has most of the service's messages already, some by the
relay and some from before; the others are appended, each under its own id. So what the module's
consumers have had in the service is no stretch of the log here, and they are told of each message
beyond their checkpoint that they have had (`handled`).
"""

from __future__ import annotations

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
from modules.kernel.extraction.moving.errors import Differs, NotReady
from modules.kernel.extraction.moving.mover import Mover
from modules.kernel.extraction.moving.progress import (
    forget_progress,
    read_progress,
    write_progress,
)
from modules.kernel.extraction.moving.record import State
from modules.kernel.extraction.moving.shared import check_shared, copy_shared, copy_snapshots
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.messaging.logs import open_log
from modules.kernel.placements import EVERYBODY_KNOWS_SECONDS
from modules.kernel.placements import State as Placed

_RELAY_RESTS_SECONDS = EVERYBODY_KNOWS_SECONDS + 0.5


class Homeward(Mover):
    """This moves a module back."""

    @property
    def old(self) -> Side:
        return self.service

    @property
    def new(self) -> Side:
        return self.here

    @property
    def ends_in(self) -> State:
        return State.FINISHED

    # -- the phases ------------------------------------------------------------------------

    def prepare(self) -> None:
        check_shared(self.module, self.here, self.service)
        placed = self.placed(self.here)
        if placed is None or placed.state is not Placed.ELSEWHERE:
            raise NotReady(f"{self.module} runs here already")
        self.refuse_if_rebuilt()
        self.drop_foreign_keys()
        guards.install(self.service, self.module, self.copying.tables)
        guards.note(self.service, self.module, noting=True)
        self._take_here()
        self.watcher.reached("changes noted")
        queues.keep_for_here(self.module, Placed.HERE, self.record.parameters)

    def copy(self) -> None:
        super().copy()
        copy_snapshots(self.module, self.service, self.here)
        copy_shared(self.module, self.service, self.here)

    def place_fence(self, epoch: int) -> None:
        with self.here.transaction():
            # With where it is: messages go on crossing as before, in case that it stays there.
            self.place(self.here, Placed.FENCED, epoch, url=self.record.parameters["to_service"])
            self.record.fenced(epoch)
        self.watcher.reached("callers wait")
        # Those who had asked before are answered by a service that is still in charge.
        self.wait_until_known()
        with self.service.transaction():
            self.place(self.service, Placed.STANDBY, epoch)
            deliveries.stop(self.service, self.hearing)

    def drain(self) -> None:
        self.wait_for(
            lambda: log.all_placed(self.service, self.module),
            "some messages of the service have no position yet",
        )
        self.record.tell(cut=open_log(self.service.alias).head())
        self.watcher.reached("log cut")

    def verify(self) -> None:
        super().verify()
        copy_shared(self.module, self.service, self.here)

    def switch(self) -> None:
        epoch = self.record.move.epoch
        floor = int(self.record.facts["floor"])
        had = handled.compare_with(self.service, self.here, self.hearing, floor=floor)
        set_asides = handled.set_asides_here(self.service, self.here, self.hearing)
        unsent = relaying.unsent_after(self.service, self.here, self.module)
        with self.here.transaction():
            guards.reopen(self.here, self.module)
            self.place(self.here, Placed.HERE, epoch)
            handled.put(self.here, self.hearing, had)
            deliveries.put_set_asides(self.here, self.hearing, set_asides)
            deliveries.hand_over_scheduled(self.service, self.here, self.module)
            deliveries.release_scheduled(self.here, self.module)
            self.copying.take_sequences_along()
            # What the service had not sent to others yet is sent from here, perhaps once more.
            if relaying.has_relay(self.here):
                relaying.relay_after(self.here, unsent, rest_seconds=_RELAY_RESTS_SECONDS)
            self.record.switch("resume")
        self.watcher.reached("switched")

    def resume(self) -> None:
        self.note_pause()
        self.wait_until_known()

    def watch(self) -> None:
        constraints.validate(self.here, self.record.facts.get("foreign_keys", []))
        guards.remove(self.here, self.module, guards.names(guards.there(self.copying.tables)))
        with self.here.transaction():
            forget_progress(self.here, self.module)
        # Closed for good: the service is in nobody's charge, until it is cleared for another move.
        with self.service.transaction():
            guards.forget_touched(self.service, guards.names(self.copying.tables))
            deliveries.drop_held(self.service, self.module)
            deliveries.drop_set_asides(self.service, self.hearing)
        queues.leave(self.hearing, self.record.parameters)

    # -- its own manner --------------------------------------------------------------------

    def open_fence(self) -> None:
        here = self.placed(self.here)
        if here is not None and here.state is Placed.FENCED:
            there = self.placed(self.service)
            with self.service.transaction():
                guards.reopen(self.service, self.module)
                deliveries.release_scheduled(self.service, self.module)
                if there is not None and there.state is Placed.STANDBY:
                    deliveries.go_on(self.service, self.hearing)
                    self.place(self.service, Placed.HERE, there.epoch)
            self.watcher.reached("service in charge again")
            url = self.record.parameters["to_service"]
            with self.here.transaction():
                self.place(self.here, Placed.ELSEWHERE, here.epoch, url=url)
        self.watcher.reached("fence opened")

    def give_up(self) -> None:
        constraints.restore(self.here, self.record.facts.get("foreign_keys", []))
        if not self.record.parameters["absorbs"]:
            return  # What is copied is copied: a later rollback goes on from there.
        guards.remove(self.service, self.module, guards.names(self.copying.tables))
        self.watcher.reached("guards removed")
        with guards.passing(self.here, self.module):
            self.copying.empty(self.here)
            for table in self.copying.tables:
                write_progress(self.here, self.module, table.target, upto="", done=False)
        constraints.validate(self.here, self.record.facts.get("foreign_keys", []))

    def copy_log_batch(self, until: int | None) -> int:
        return log.copy_back(self.service, self.here, self.hearing, until=until)

    def compare_log(self) -> None:
        # What was delivered by now need not be looked at again while callers wait.
        floor = int(self.record.facts["floor"])
        had = handled.compare_with(self.service, self.here, self.hearing, floor=floor)
        upto = max(
            int(read_progress(self.here, self.module, "log").upto or 0),
            int(self.record.facts["service_head"]),
        )
        left_out = log.left_out(self.here, self.module)
        self._refuse_if_missing(int(self.record.facts["service_head"]), upto, left_out=left_out)
        handled.refuse_if_lost(self.service, self.here, self.hearing)
        self.record.tell(floor=had.floor(), compared=upto, left_out=left_out)

    def verify_log(self) -> None:
        with self.here.by_index(), self.service.by_index():
            self._refuse_if_missing(
                int(self.record.facts["compared"]),
                int(self.record.facts["cut"]),
                left_out=log.left_out(self.here, self.module) - self.record.facts["left_out"],
            )
            handled.refuse_if_lost(self.service, self.here, self.hearing)

    def _refuse_if_missing(self, after: int, until: int, *, left_out: int) -> None:
        missing = log.count_missing(self.service, self.here, after, until) - left_out
        if missing:
            raise Differs(
                f"{missing} messages of the service's log are not in the log here: nothing was "
                "switched; --abort, and tell who maintains this"
            )

    def settle_log(self) -> None:
        self.wait_for(
            lambda: log.all_placed(self.here, self.module), "the log here gives no positions"
        )

    def _take_here(self) -> None:
        """This makes what is here the beginning of what is copied back."""
        read_models.drop_others(self.module, self.here)
        head = int(self.record.facts["service_head"])
        if read_progress(self.here, self.module, "log").upto:
            return
        with self.here.transaction():
            write_progress(self.here, self.module, "log", upto=str(head), done=False)
            for table in self.copying.tables:
                # Within the window they are as they were at the switch, and its changes are noted.
                there = not self.record.parameters["absorbs"]
                write_progress(self.here, self.module, table.target, upto="", done=there)
