"""Shipping's rules, without a database."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.kernel.contracts import Invalid
from modules.shipping.carriers.sandbox import SandboxCarrier
from modules.shipping.contracts import Address, ParcelItem
from modules.shipping.domain.addresses import faults_of
from modules.shipping.domain.carrier import Booking, Offer, Refusal, best
from modules.shipping.domain.lifecycle import LONGEST_TRACKING_PAUSE, pause_before_enquiry
from modules.shipping.domain.parcels import UNITS_PER_PARCEL, pack
from modules.shipping.tests.conftest import address, items

CARRIER = SandboxCarrier(
    name="post",
    prefix="SP",
    parcel_minor=390,
    kilogram_minor=60,
    days=3,
    first_news_after=timedelta(seconds=1),
)


class TestAddress:
    def test_is_good_without_postal_code_and_region(self) -> None:
        assert faults_of(address(postal_code="")) == ()

    @pytest.mark.parametrize("code", ["S-958 22", "WA1 1DP", "05432-043", "1010", "H1J 1C3"])
    def test_is_good_with_the_postal_codes_of_the_world(self, code: str) -> None:
        assert faults_of(address(postal_code=code)) == ()

    @pytest.mark.parametrize("code", ["<script>", "12_34", "-123", "1234567890123"])
    def test_is_refused_with_what_is_no_postal_code(self, code: str) -> None:
        assert faults_of(address(postal_code=code)) == (f"{code!r} is not a postal code",)

    def test_says_everything_that_is_missing(self) -> None:
        blank = Address(name=" ", line1="", city="", country="")
        assert faults_of(blank) == (
            "the name is missing",
            "the street line is missing",
            "the city is missing",
            "the country is missing",
        )

    def test_is_refused_with_a_name_that_fits_no_label(self) -> None:
        assert faults_of(address(name="x" * 121)) == ("the name is longer than 120 characters",)


class TestPack:
    @given(quantities=st.lists(st.integers(min_value=1, max_value=130), min_size=1, max_size=8))
    def test_puts_every_unit_in_one_parcel_and_leaves_room_only_in_the_last(
        self, quantities: list[int]
    ) -> None:
        wanted = {f"sku-{n}": quantity for n, quantity in enumerate(quantities)}
        parcels = pack(ParcelItem(sku=sku, quantity=q) for sku, q in wanted.items())
        packed = dict.fromkeys(wanted, 0)
        for parcel in parcels:
            for item in parcel.items:
                packed[item.sku] += item.quantity
        assert packed == wanted
        assert [parcel.units for parcel in parcels[:-1]] == [UNITS_PER_PARCEL] * (len(parcels) - 1)
        assert 0 < parcels[-1].units <= UNITS_PER_PARCEL
        assert [parcel.number for parcel in parcels] == list(range(1, len(parcels) + 1))

    def test_splits_a_line_where_a_parcel_ends(self) -> None:
        first, second = pack([ParcelItem(sku="a", quantity=15), ParcelItem(sku="b", quantity=10)])
        assert first.items == (
            ParcelItem(sku="a", quantity=15),
            ParcelItem(sku="b", quantity=5),
        )
        assert second.items == (ParcelItem(sku="b", quantity=5),)

    @pytest.mark.parametrize("quantities", [[], [0], [3, -1]])
    def test_refuses_nothing_and_less(self, quantities: list[int]) -> None:
        with pytest.raises(Invalid):
            pack(ParcelItem(sku="a", quantity=quantity) for quantity in quantities)


class TestSandboxCarrier:
    def test_asks_more_for_more_parcels_and_further_away(self) -> None:
        near, far = address(), Address(name="A", line1="B", city="Lima", country="Peru")
        one, two = pack(items(3)), pack(items(23))
        assert [
            offer.price_minor
            for recipient in (near, far)
            for parcels in (one, two)
            if (offer := CARRIER.quote(recipient=recipient, parcels=parcels))
        ] == [
            390 + 2 * 60,  # one box of 1,750 g
            2 * 390 + (11 + 2) * 60,  # a full box of 10,250 g, and one of 1,750 g
            2 * (390 + 2 * 60),
            2 * (2 * 390 + (11 + 2) * 60),
        ]

    def test_gives_the_same_booking_for_the_same_reference(self) -> None:
        first, again, other = (
            CARRIER.book(reference=reference, recipient=address(), parcels=pack(items()))
            for reference in ("a", "a", "b")
        )
        assert isinstance(first, Booking)
        assert isinstance(other, Booking)
        assert first == again
        assert first.tracking_number != other.tracking_number

    def test_refuses_postal_code_00000(self) -> None:
        nowhere = address(postal_code="00000")
        assert CARRIER.quote(recipient=nowhere, parcels=pack(items())) is None
        refusal = CARRIER.book(reference="a", recipient=nowhere, parcels=pack(items()))
        assert isinstance(refusal, Refusal)
        assert refusal.code == "undeliverable-address"


class TestTrackingPause:
    def test_doubles_up_to_six_hours(self) -> None:
        first = timedelta(seconds=3)
        pauses = [pause_before_enquiry(n, first=first) for n in (1, 2, 3, 4, 5_000)]
        assert pauses[:4] == [first, 2 * first, 4 * first, 8 * first]
        assert pauses[4] == LONGEST_TRACKING_PAUSE


def test_the_best_offer_is_the_cheapest_and_then_the_fastest() -> None:
    slow, fast, dear = (
        Offer(carrier=name, price_minor=price, currency="USD", days=days)
        for name, price, days in (("slow", 100, 5), ("fast", 100, 1), ("dear", 200, 1))
    )
    assert best((dear, slow, fast)) == (fast, slow, dear)
