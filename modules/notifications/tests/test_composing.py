"""The words of the mails."""

from dataclasses import replace

import pytest
from django.core.mail import EmailMultiAlternatives

from modules.notifications.domain.amounts import formatted
from modules.notifications.domain.letters import Kind, address_of
from modules.notifications.tests.conftest import ORDER, SHIPPED, SOLD_OUT, StandInOrdering
from modules.notifications.use_cases.compose_mail import compose_mail
from modules.ordering.contracts import Order, OrderFailure, OrderPayment


def mail(ordering: StandInOrdering, kind: Kind, order: Order) -> EmailMultiAlternatives:
    ordering.orders = {order.order_id: order}
    return compose_mail(order_id=order.order_id, kind=kind)


def html(message: EmailMultiAlternatives) -> str:
    [(content, mimetype)] = message.alternatives
    assert mimetype == "text/html"
    return str(content)


class TestConfirmedMail:
    def test_says_what_was_bought_for_how_much_and_where_it_goes(
        self, ordering: StandInOrdering
    ) -> None:
        message = mail(ordering, Kind.CONFIRMED, ORDER)
        assert message.subject == "Thank you: your order is confirmed"
        assert message.to == ["vinet@customers.example"]
        assert message.body == (
            "Dear Paul Henriot,\n"
            "\n"
            "Thank you for your order. Your payment has arrived and everything is set aside\n"
            "for you; we will write again when it leaves.\n"
            "\n"
            "  12 × Queso <Cabrales>: USD 168.00\n"
            "  Total: USD 1,234.50\n"
            "\n"
            "It goes to 59 rue de l'Abbaye, 51100 Reims, France.\n"
            "\n"
            "Order number order-1\n"
            "This mail was sent by a machine; nobody reads the answers to it.\n"
        )

    def test_has_the_same_in_html_with_markup_escaped(self, ordering: StandInOrdering) -> None:
        page = html(mail(ordering, Kind.CONFIRMED, ORDER))
        assert "12 × Queso &lt;Cabrales&gt;" in page
        assert "<strong>USD 1,234.50</strong>" in page

    def test_has_the_same_message_id_each_time_and_one_of_its_own(
        self, ordering: StandInOrdering
    ) -> None:
        first, again, other = (
            mail(ordering, kind, ORDER).extra_headers["Message-ID"]
            for kind in (Kind.CONFIRMED, Kind.CONFIRMED, Kind.FULFILLED)
        )
        assert first == again == "<order-1.confirmed@quarry.example>"
        assert other == "<order-1.fulfilled@quarry.example>"


class TestFulfilledMail:
    def test_has_the_tracking_number(self, ordering: StandInOrdering) -> None:
        message = mail(ordering, Kind.FULFILLED, SHIPPED)
        assert "\nTracking number: SP000000000042\n" in message.body
        assert "<strong>SP000000000042</strong>" in html(message)

    def test_does_without_one_that_is_not_known_yet(self, ordering: StandInOrdering) -> None:
        assert "Tracking" not in mail(ordering, Kind.FULFILLED, ORDER).body


class TestFailedMail:
    def test_says_why_and_that_nothing_was_charged(self, ordering: StandInOrdering) -> None:
        message = mail(ordering, Kind.FAILED, SOLD_OUT)
        reason = "Something you chose was sold out before we could set it aside for you."
        for text in (message.body, html(message)):
            assert reason in text
            assert "You have not been charged." in text

    def test_says_what_was_returned(self, ordering: StandInOrdering) -> None:
        payment = OrderPayment(status="refunded", captured_minor=123_450, refunded_minor=123_450)
        message = mail(ordering, Kind.FAILED, replace(SOLD_OUT, payment=payment))
        assert "We have returned USD 1,234.50 to your card." in message.body

    def test_has_words_for_a_failure_it_has_never_heard_of(self, ordering: StandInOrdering) -> None:
        failure = OrderFailure(code="struck-by-lightning", detail="")
        message = mail(ordering, Kind.FAILED, replace(SOLD_OUT, failure=failure))
        assert "Something went wrong on our side." in message.body


class TestCancelledMail:
    def test_says_so(self, ordering: StandInOrdering) -> None:
        message = mail(ordering, Kind.CANCELLED, replace(SOLD_OUT, failure=None))
        assert "As you asked, your order is cancelled. You have not been charged." in message.body


class TestReturnedMail:
    def test_says_what_was_returned(self, ordering: StandInOrdering) -> None:
        payment = OrderPayment(status="refunded", captured_minor=1_800, refunded_minor=1_800)
        order = replace(SOLD_OUT, failure=None, status="returned", payment=payment)
        message = mail(ordering, Kind.RETURNED, order)
        assert "We have returned USD 18.00 to your card." in message.body


class TestAmounts:
    @pytest.mark.parametrize(
        ("amount_minor", "currency", "text"),
        [
            (0, "USD", "USD 0.00"),
            (5, "EUR", "EUR 0.05"),
            (123_456_789, "USD", "USD 1,234,567.89"),
            (1500, "JPY", "JPY 1,500"),
            (1500, "KWD", "KWD 1.500"),
            (-250, "USD", "USD −2.50"),
        ],
    )
    def test_have_as_many_decimals_as_their_currency(
        self, amount_minor: int, currency: str, text: str
    ) -> None:
        assert formatted(amount_minor, currency) == text


class TestAddresses:
    @pytest.mark.parametrize(
        ("customer_id", "address"),
        [
            ("VINET", "vinet@customers.example"),
            ("a b\r\nBcc: x@y", "a-b--bcc--x-y@customers.example"),
        ],
    )
    def test_are_the_customer_id_in_lower_case(self, customer_id: str, address: str) -> None:
        assert address_of(customer_id) == address
