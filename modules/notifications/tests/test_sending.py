"""A mail is sent once, whatever fails or dies in between."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from modules.notifications import tasks
from modules.notifications.domain.attempts import ATTEMPTS, LEASE
from modules.notifications.models import Mail
from modules.notifications.queries import mails_left_behind
from modules.notifications.tests.conftest import NOW, StandInOrdering, recorded
from modules.notifications.use_cases import Outcome, send_mail, try_again

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """This is what a process dies of; nothing catches it."""


class DyingBackend(EmailBackend):
    """This hands the mail over and dies before it can say so."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        super().send_messages(messages)
        raise Killed


class TestSendMail:
    def test_sends_and_says_when(self, ordering: StandInOrdering) -> None:
        assert send_mail(mail_id=recorded(), now=NOW) == Outcome.SENT
        [sent] = mail.outbox
        assert sent.to == ["vinet@customers.example"]
        row = Mail.objects.get()
        assert (row.state, row.sent_at, row.recipient) == (
            Mail.State.SENT,
            NOW,
            "vinet@customers.example",
        )

    def test_sends_once(self, ordering: StandInOrdering) -> None:
        mail_id = recorded()
        outcomes = [send_mail(mail_id=mail_id, now=NOW) for _ in range(3)]
        assert outcomes == [Outcome.SENT, Outcome.DUPLICATE, Outcome.DUPLICATE]
        assert len(mail.outbox) == 1

    def test_sends_once_when_two_begin_at_once(self, ordering: StandInOrdering) -> None:
        mail_id = recorded()
        start = threading.Barrier(4)
        outcomes: list[Outcome] = []

        def send() -> None:
            try:
                start.wait(timeout=30)
                outcomes.append(send_mail(mail_id=mail_id, now=NOW))
            finally:
                connections.close_all()

        senders = [threading.Thread(target=send) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(timeout=60)
        assert sorted(outcomes) == [*[Outcome.DUPLICATE] * 3, Outcome.SENT]
        assert len(mail.outbox) == 1

    def test_asks_ordering_outside_any_transaction(self, ordering: StandInOrdering) -> None:
        send_mail(mail_id=recorded(), now=NOW)
        assert ordering.asked_in_transaction is False

    def test_knows_nothing_of_a_mail_that_is_not_there(self) -> None:
        assert send_mail(mail_id=1, now=NOW) == Outcome.DUPLICATE


class TestFailing:
    def test_is_recorded_and_tried_again_after_a_pause(self, ordering: StandInOrdering) -> None:
        mail_id = recorded()
        ordering.is_away = True
        assert send_mail(mail_id=mail_id, now=NOW) == Outcome.FAILED
        row = Mail.objects.get()
        assert (row.state, row.due_at) == (Mail.State.DUE, NOW + timedelta(seconds=5))
        assert "ordering is away" in row.last_error
        ordering.is_away = False
        assert send_mail(mail_id=mail_id, now=NOW) == Outcome.DUPLICATE
        assert send_mail(mail_id=mail_id, now=row.due_at) == Outcome.SENT
        assert Mail.objects.get().last_error == ""

    def test_is_given_up_in_the_end_until_an_operator_wants_it(
        self, ordering: StandInOrdering
    ) -> None:
        mail_id = recorded()
        ordering.is_away = True
        now = NOW
        for _ in range(ATTEMPTS):
            assert send_mail(mail_id=mail_id, now=now) == Outcome.FAILED
            now = Mail.objects.get().due_at
        assert Mail.objects.get().state == Mail.State.GIVEN_UP
        assert send_mail(mail_id=mail_id, now=now) == Outcome.DUPLICATE
        assert mails_left_behind(now=now, limit=10) == ()
        ordering.is_away = False
        assert try_again(mail_ids=[mail_id], now=now) == 1
        assert send_mail(mail_id=mail_id, now=now) == Outcome.SENT

    def test_of_one_whose_lease_ran_out_does_not_undo_the_next_attempt(
        self, ordering: StandInOrdering
    ) -> None:
        mail_id = recorded()

        def outlive_the_lease() -> None:
            ordering.on_question = lambda: None
            assert send_mail(mail_id=mail_id, now=NOW + LEASE) == Outcome.SENT
            ordering.is_away = True

        ordering.on_question = outlive_the_lease
        assert send_mail(mail_id=mail_id, now=NOW) == Outcome.FAILED
        assert Mail.objects.get().state == Mail.State.SENT
        assert len(mail.outbox) == 1


class TestDyingAfterTheMailHasLeft:
    def test_sends_it_again_under_the_same_message_id_once_the_lease_has_run_out(
        self, ordering: StandInOrdering
    ) -> None:
        mail_id = recorded()
        backend = f"{__name__}.{DyingBackend.__qualname__}"
        with override_settings(EMAIL_BACKEND=backend), pytest.raises(Killed):
            send_mail(mail_id=mail_id, now=NOW)
        assert Mail.objects.get().state == Mail.State.SENDING
        just_before = NOW + LEASE - timedelta(seconds=1)
        assert mails_left_behind(now=just_before, limit=10) == ()
        assert tasks.send_mails_left_behind() == 1
        first, again = mail.outbox
        assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
        assert Mail.objects.get().state == Mail.State.SENT


class TestSendMailsLeftBehind:
    def test_sends_those_whose_task_was_lost(self, ordering: StandInOrdering) -> None:
        recorded("confirmed")
        recorded("fulfilled")
        assert tasks.send_mails_left_behind() == 2
        assert tasks.send_mails_left_behind() == 0
        assert len(mail.outbox) == 2

    def test_goes_on_after_one_that_fails(self, ordering: StandInOrdering) -> None:
        recorded(order_id="order-nobody-knows")
        recorded()
        assert tasks.send_mails_left_behind() == 1
        assert len(mail.outbox) == 1

    def test_leaves_alone_what_is_not_due(self, ordering: StandInOrdering) -> None:
        Mail.objects.create(
            order_id="order-1",
            kind="confirmed",
            recorded_at=NOW,
            due_at=timezone.now() + timedelta(hours=1),
        )
        assert tasks.send_mails_left_behind() == 0
