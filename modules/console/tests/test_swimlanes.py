from datetime import UTC, datetime, timedelta

from modules.console.domain.swimlanes import swimlanes
from modules.kernel.contracts import new_id
from modules.kernel.manifests.manifest import Manifest
from modules.kernel.messaging.envelope import Envelope

START = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SHOP = Manifest(name="shop", title="Shop", summary="", consumes=("till.money_taken",))
TILL = Manifest(
    name="till",
    title="Till",
    summary="",
    publishes=("till.money_taken",),
    consumes=("till.take_money", "till.count_coins"),
)
IDLE = Manifest(name="idle", title="Idle", summary="")


def said(source: str, name: str, *, after_ms: int, cause: Envelope | None = None) -> Envelope:
    return Envelope(
        position=1,
        message_id=new_id(),
        source=source,
        name=name,
        schema_version=1,
        key="k",
        data='{"amount":1}',
        headers={"causationid": str(cause.message_id)} if cause else {},
        recorded_at=START + timedelta(milliseconds=after_ms),
    )


ASKED = said("shop", "till.take_money", after_ms=0)
NOTED = said("till", "till.count_coins", after_ms=40, cause=ASKED)
ANSWERED = said("till", "till.money_taken", after_ms=1500, cause=NOTED)
DRAWN = swimlanes((ASKED, NOTED, ANSWERED), (IDLE, SHOP, TILL))


class TestSwimlanes:
    def test_has_a_lane_for_each_module_that_takes_part(self) -> None:
        assert [lane.title for lane in DRAWN.lanes] == ["Shop", "Till"]

    def test_points_from_who_says_it_to_who_hears_it(self) -> None:
        ways = [
            (exchange.source.module, [target.module for target in exchange.targets])
            for exchange in DRAWN.exchanges
        ]
        assert ways == [("shop", ["till"]), ("till", []), ("till", ["shop"])]

    def test_tells_commands_events_and_notes_apart(self) -> None:
        assert [exchange.kind for exchange in DRAWN.exchanges] == ["command", "note", "event"]

    def test_tells_the_time_since_the_first_message(self) -> None:
        assert [exchange.after for exchange in DRAWN.exchanges] == ["+0 ms", "+40 ms", "+1.50 s"]

    def test_names_the_message_each_was_caused_by(self) -> None:
        assert [exchange.cause for exchange in DRAWN.exchanges] == [0, 1, 2]

    def test_draws_nothing_of_nothing(self) -> None:
        assert swimlanes((), (SHOP,)).exchanges == ()
