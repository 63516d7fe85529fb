"""The endpoints of a partner, and what an operator sees of them."""

from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from modules.kernel import interfaces
from modules.kernel.contracts import new_id
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.models import SetAside
from modules.partners.contracts import BadEndpoint, Partners, UnknownEndpoint
from modules.partners.models import Endpoint
from modules.partners.tests.receiver import Receiver
from modules.partners.tests.telling import (
    ACME,
    a_moment_later,
    add,
    happen,
    placed,
)
from modules.partners.use_cases.endpoints import ENDPOINTS_MAX

pytestmark = pytest.mark.django_db(transaction=True)


class TestEndpoints:
    def test_are_the_partners_own(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        partners = interfaces.get(Partners)
        assert partners.endpoints(partner="other") == ()
        for ask in (partners.endpoint, partners.rotate_secret, partners.remove_endpoint):
            with pytest.raises(UnknownEndpoint):
                ask(partner="other", endpoint_id=endpoint_id)

    @pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="on SQLite one writes at a time as it is"
    )
    def test_are_no_more_than_there_may_be_when_two_are_added_at_once(
        self, receiver: Receiver
    ) -> None:
        for _ in range(ENDPOINTS_MAX - 1):
            add(receiver)
        said: list[str] = []

        def add_another() -> None:
            try:
                add(receiver)
            except BadEndpoint as problem:
                said.append(problem.detail)
            finally:
                connection.close()

        second = Thread(target=add_another)
        with unit_of_work("partners"):
            add(receiver)
            second.start()
            second.join(1)  # It waits for what has not been committed, or has added its own.
        second.join()
        assert Endpoint.objects.count() == ENDPOINTS_MAX
        assert said == [f"a partner has at most {ENDPOINTS_MAX} endpoints; remove one first"]

    def test_refuse_types_that_there_are_not(self, receiver: Receiver) -> None:
        with pytest.raises(BadEndpoint, match=r"no event type 'order\.eaten'"):
            add(receiver, "order.eaten")

    def test_that_are_removed_take_what_was_to_be_sent_with_them(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        receiver.status = 503
        happen(placed(str(new_id())))
        interfaces.get(Partners).remove_endpoint(partner=ACME, endpoint_id=endpoint_id)
        receiver.status = 204
        a_moment_later()
        assert receiver.received == []
        assert not SetAside.objects.exists()


class TestTheCommand:
    def test_says_who_is_meant_where_nobody_is_found(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("webhooks", "list", "acme-inc")
        assert "the client_id that `manage.py oauth_client` has printed" in capsys.readouterr().out

    def test_says_that_there_is_nothing_in_the_log_yet(
        self, receiver: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        endpoint_id, _ = add(receiver)
        call_command("webhooks", "log", ACME, endpoint_id)
        assert capsys.readouterr().out == "Nothing has been sent there, and nothing is to be.\n"

    @pytest.mark.parametrize("since", ["2026-13-01T00:00:00Z", "2026-11-28T00:00:00", "yesterday"])
    def test_refuses_what_is_no_time(self, receiver: Receiver, since: str) -> None:
        endpoint_id, _ = add(receiver)
        with pytest.raises(CommandError, match="a time with its zone"):
            call_command("webhooks", "replay", ACME, endpoint_id, "--since", since)

    def test_says_that_nothing_was_sent_again(
        self, receiver: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        endpoint_id, _ = add(receiver)
        call_command("webhooks", "replay", ACME, endpoint_id)
        assert capsys.readouterr().out == "replayed=0\n"
