"""From an event of ordering to a mail, through the bus, Celery and HTTP."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client, override_settings
from kombu.exceptions import OperationalError

from modules.kernel.messaging.testing import deliver
from modules.kernel.tasks import periodic_tasks
from modules.kernel.tasks.embedded import TaskThreads
from modules.notifications import tasks
from modules.notifications.models import Mail
from modules.notifications.tests.conftest import StandInOrdering, recorded
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderReturned,
)

pytestmark = pytest.mark.django_db(transaction=True)

CONFIRMED = OrderConfirmed(order_id="order-1")


class SignallingBackend(EmailBackend):
    """This tells a test that waits for it that mail has been sent."""

    sent = threading.Event()

    def send_messages(self, messages: Any) -> int:
        count = super().send_messages(messages)
        self.sent.set()
        return count


@pytest.fixture
def task_threads() -> Iterator[TaskThreads]:
    """This runs tasks in this process, as the embedded driver does."""
    threads = TaskThreads(current_app)
    threads.start()
    assert threads.wait_until_ready(20)
    yield threads
    threads.stop()


class TestEvents:
    @pytest.mark.parametrize(
        ("event", "kind"),
        [
            (CONFIRMED, "confirmed"),
            (OrderFulfilled(order_id="order-1"), "fulfilled"),
            (OrderFailed(order_id="order-1", code="out-of-stock"), "failed"),
            (OrderCancelled(order_id="order-1"), "cancelled"),
            (OrderReturned(order_id="order-1"), "returned"),
        ],
    )
    def test_each_become_a_mail_that_is_due(
        self, ordering: StandInOrdering, event: object, kind: str
    ) -> None:
        ordering.is_away = True  # it is not needed to record that something happened
        deliver(event, source="ordering")
        row = Mail.objects.get()
        assert (row.order_id, row.kind, row.state) == ("order-1", kind, Mail.State.DUE)

    def test_become_one_mail_though_they_are_published_twice(self) -> None:
        deliver(CONFIRMED, source="ordering")
        deliver(CONFIRMED, source="ordering")
        assert Mail.objects.count() == 1

    def test_are_recorded_though_the_task_broker_is_out_of_reach(
        self, ordering: StandInOrdering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object, **options: object) -> None:
            raise OperationalError("connection refused")

        monkeypatch.setattr(current_app, "send_task", refuse)
        deliver(CONFIRMED, source="ordering")
        assert tasks.send_mails_left_behind() == 1
        assert len(mail.outbox) == 1

    @override_settings(EMAIL_BACKEND=f"{__name__}.{SignallingBackend.__qualname__}")
    def test_are_mailed_about_in_the_background(
        self, ordering: StandInOrdering, task_threads: TaskThreads
    ) -> None:
        SignallingBackend.sent.clear()
        deliver(CONFIRMED, source="ordering")
        assert SignallingBackend.sent.wait(20)
        task_threads.stop()
        assert [message.subject for message in mail.outbox] == [
            "Thank you: your order is confirmed"
        ]
        assert Mail.objects.get().state == Mail.State.SENT


class TestTasks:
    def test_the_sweep_is_periodic(self) -> None:
        assert set(tasks.PERIODIC) <= set(periodic_tasks())
        assert {periodic.task for periodic in tasks.PERIODIC} <= set(current_app.tasks)

    def test_one_sends_one_mail(self, ordering: StandInOrdering) -> None:
        assert tasks.send_mail(recorded()) == "sent"
        assert len(mail.outbox) == 1


class TestHttp:
    def test_lists_the_mails_of_an_order(self, client: Client, ordering: StandInOrdering) -> None:
        tasks.send_mail(recorded("confirmed"))
        recorded("fulfilled")
        recorded("confirmed", order_id="order-2")
        response = client.get("/api/v1/notifications", {"order_id": "order-1"})
        confirmed, fulfilled = response.json()["mails"]
        assert (confirmed["kind"], confirmed["status"]) == ("confirmed", "sent")
        assert confirmed["sent_at"] is not None
        assert fulfilled == {"kind": "fulfilled", "status": "due", "sent_at": None}

    def test_must_be_told_which_order(self, client: Client) -> None:
        response = client.get("/api/v1/notifications")
        assert (response.status_code, response.json()["code"]) == (400, "invalid-request")


class TestAdmin:
    def test_has_mails_sent_that_were_given_up(self, admin_client: Client) -> None:
        mail_id = recorded()
        Mail.objects.update(state=Mail.State.GIVEN_UP)
        page = admin_client.post(
            "/admin/notifications/mail/",
            {"action": "send_after_all", "_selected_action": [mail_id]},
            follow=True,
        )
        assert "1 of them will be tried again" in page.content.decode()
        assert Mail.objects.get().state == Mail.State.DUE
