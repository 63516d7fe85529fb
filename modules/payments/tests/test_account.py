"""The rules of an account, tried in any order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.kernel.contracts import Problem
from modules.payments.domain.account import Account

_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "withdraw", "hold", "release", "capture", "refund"]),
        st.integers(1, 9),
        st.integers(1, 500),
    ),
    max_size=40,
)


class TestAccount:
    # How fast examples are made is the machine's affair, and none of the account's.
    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(_STEPS)
    def test_never_goes_below_zero_and_its_ledgers_always_sum_to_zero(
        self, steps: list[tuple[str, int, int]]
    ) -> None:
        account = Account("ann")
        ledgers: dict[str, int] = {}
        for number, (step, which, amount) in enumerate(steps):
            try:
                events = _decide(account, step, f"{step}-{number}", f"hold-{which}", amount)
            except Problem:
                continue
            for event in events:
                account.apply(event)
                postings = getattr(event, "postings", ())
                assert sum(posting.amount_minor for posting in postings) == 0
                for posting in postings:
                    before = ledgers.get(posting.ledger, 0)
                    ledgers[posting.ledger] = before + posting.amount_minor
            assert 0 <= account.held_minor <= account.balance_minor
            assert sum(ledgers.values()) == 0
            assert ledgers.get("customer:ann", 0) == account.available_minor
            assert ledgers.get("held:ann", 0) == account.held_minor
            assert ledgers.get("sales", 0) >= 0


def _decide(account: Account, step: str, entry_id: str, hold_id: str, amount: int) -> list[object]:
    match step:
        case "deposit":
            return account.deposit(entry_id=entry_id, amount_minor=amount, currency="USD")
        case "withdraw":
            return account.withdraw(entry_id=entry_id, amount_minor=amount, currency="USD")
        case "hold":
            return account.hold(hold_id=hold_id, amount_minor=amount, currency="USD")
        case "release":
            return account.release(hold_id=hold_id)
        case "capture":
            return account.capture(hold_id=hold_id)
    return account.refund(entry_id=entry_id, hold_id=hold_id, amount_minor=amount)
