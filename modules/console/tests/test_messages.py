"""The pages about messages that could not be handled."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from modules.console.tests.parking import NAME, park
from modules.kernel.messaging import operations
from modules.kernel.messaging.models import Message, SetAside
from modules.kernel.messaging.testing import drain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("other_modules")]


class TestConsumers:
    def test_are_all_there_with_what_they_have_set_aside(self, client: Client) -> None:
        park(behind=2)
        rows = {row.consumer: row for row in client.get("/console/messages").context["consumers"]}
        assert {"ordering", "payments", "inventory", "shipping", "notifications"} <= rows.keys()
        assert (rows["payments"].parked, rows["payments"].waiting) == (1, 2)
        assert rows["inventory"].parked == 0

    def test_are_looked_at_again_until_somebody_stops_it(self, client: Client) -> None:
        assert 'hx-trigger="every 2s"' in client.get("/console/messages").text
        assert "hx-trigger" not in client.get("/console/messages", {"live": "0"}).text


class TestSetAside:
    def test_says_so_when_there_is_nothing(self, client: Client) -> None:
        assert "Nothing is set aside" in client.get("/console/messages/set-aside").text

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, 3),
            ({"state": "parked"}, 2),
            ({"state": "waiting"}, 1),
            ({"key": "o-2"}, 1),
            ({"consumer": "payments", "key": "o-1", "state": "parked"}, 1),
            ({"consumer": "inventory"}, 0),
        ],
    )
    def test_can_be_narrowed(self, client: Client, asked: dict[str, str], found: int) -> None:
        park("o-1", behind=1)
        park("o-2")
        page = client.get("/console/messages/set-aside", asked)
        assert len(page.context["listed"].messages) == found

    def test_shows_the_oldest_and_says_that_there_are_more(self, client: Client) -> None:
        park(behind=100)
        page = client.get("/console/messages/set-aside")
        assert len(page.context["listed"].messages) == 100
        assert "These are the oldest 100" in page.text


class TestMessage:
    def test_shows_why_and_what_and_who_waits(self, client: Client) -> None:
        page = client.get(park(behind=2).page)
        assert "Expected `str`, got `int`" in page.context["message"].last_words
        assert "Traceback (most recent call last)" in page.text
        assert page.context["page"].data == '{\n  "order_id": 7\n}'
        assert f"{NAME}.v1" in page.text
        assert [one.state for one in page.context["page"].behind.messages] == ["waiting"] * 2

    def test_leads_to_the_order_that_it_is_about(self, client: Client) -> None:
        assert 'href="/console/orders/o-1"' in client.get(park("o-1").page).text
        assert "/console/orders/o-9" not in client.get(park("o-9").page).text

    def test_that_waits_names_the_one_it_waits_for(self, client: Client) -> None:
        parked = park(behind=1)
        waiting = operations.set_aside(state="waiting")[0]
        page = client.get(f"/console/messages/set-aside/payments/default/{waiting.position}")
        assert page.context["page"].ahead.position == parked.position
        assert "Try again" not in page.text

    def test_that_is_not_in_the_log_any_more_says_so(self, client: Client) -> None:
        parked = park(behind=1)
        Message.objects.filter(message_id=SetAside.objects.earliest("pos").message_id).delete()
        page = client.get(parked.page)
        assert "not in the log any more" in page.context["page"].data
        assert page.context["page"].attributes == ()
        assert "Traceback (most recent call last)" in page.text

    @pytest.mark.parametrize("action", ["", "/retry", "/drop"])
    def test_that_is_not_set_aside_is_not_found(self, client: Client, action: str) -> None:
        answer = client.get(f"/console/messages/set-aside/payments/default/4711{action}")
        assert answer.status_code == 404
        assert "Not set aside" in answer.text


class TestRetrying:
    def test_asks_first(self, client: Client) -> None:
        page = client.get(f"{park().page}/retry")
        assert "Try again</button>" in page.text
        assert operations.set_aside()[0].state == "parked"

    def test_begins_anew_and_is_noted(self, client: Client) -> None:
        parked = park()
        answer = client.post(f"{parked.page}/retry", follow=True)
        assert "It is tried again now" in answer.text
        assert [(one.state, one.attempts) for one in operations.set_aside()] == [("retrying", 0)]
        (action,) = operations.actions()
        assert (action.operator, action.action) == ("console", "messages.retry")

    def test_of_what_waits_is_refused_on_the_page_that_names_what_it_waits_for(
        self, client: Client
    ) -> None:
        parked = park(behind=1)
        waiting = operations.set_aside(state="waiting")[0]
        path = f"/console/messages/set-aside/payments/default/{waiting.position}"
        answer = client.post(f"{path}/retry")
        assert answer.status_code == 409
        assert f'It waits for <a href="{parked.page}"' in answer.text
        assert operations.actions() == []

    def test_of_what_has_gone_through_is_not_found(self, client: Client) -> None:
        parked = park()
        SetAside.objects.all().delete()
        assert client.post(f"{parked.page}/retry").status_code == 404
        assert operations.actions() == []


class TestDropping:
    @pytest.mark.parametrize("reason", ["", "  \n "])
    def test_needs_a_reason(self, client: Client, reason: str) -> None:
        parked = park()
        answer = client.post(f"{parked.page}/drop", {"reason": reason})
        assert answer.status_code == 422
        assert "Say why" in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert len(operations.set_aside()) == 1

    def test_lets_the_later_ones_go_on_and_is_noted(self, client: Client, admin_user: User) -> None:
        client.force_login(admin_user)
        parked = park(behind=1)
        answer = client.post(f"{parked.page}/drop", {"reason": "torn by hand"}, follow=True)
        drain()
        assert operations.set_aside() == []
        (action,) = answer.context["actions"]
        assert (action.operator, action.reason) == ("admin", "torn by hand")
        assert action.subject == f"payments default:{parked.position} {NAME}"

    def test_takes_those_behind_it_along_where_the_operator_says_so(self, client: Client) -> None:
        parked = park(behind=2)
        park("o-2")
        assert "Drop the 2 behind it too" in client.get(f"{parked.page}/drop").text
        form = {"reason": "paid by hand", "whole_key": "on"}
        answer = client.post(f"{parked.page}/drop", form, follow=True)
        assert "3 messages dropped for payments" in answer.text
        assert [one.key for one in operations.set_aside()] == ["o-2"]
        assert [one.reason for one in answer.context["actions"]] == ["paid by hand"] * 3

    def test_offers_no_others_where_nothing_waits_behind_it(self, client: Client) -> None:
        assert "behind it too" not in client.get(f"{park().page}/drop").text

    def test_is_refused_without_the_token_of_the_form(self) -> None:
        parked = park()
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(f"{parked.page}/drop", {"reason": "torn"}).status_code == 403
        assert len(operations.set_aside()) == 1


class TestAuditTrail:
    def test_is_shown_newest_first_and_in_pages(self, client: Client) -> None:
        parked = park()
        for _ in range(101):
            operations.retry(
                consumer="payments", source="default", position=parked.position, operator="ann"
            )
        operations.drop(
            consumer="payments",
            source="default",
            position=parked.position,
            operator="bob",
            reason="enough",
        )
        first = client.get("/console/messages/actions")
        assert [one.operator for one in first.context["actions"][:2]] == ["bob", "ann"]
        second = client.get("/console/messages/actions", {"page": first.context["older"]})
        assert len(first.context["actions"]) + len(second.context["actions"]) == 102
        assert second.context["older"] == 0

    def test_takes_a_page_that_is_no_number_for_the_first(self, client: Client) -> None:
        assert client.get("/console/messages/actions", {"page": "-1"}).status_code == 200
