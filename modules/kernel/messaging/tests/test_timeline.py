"""The timeline: all that was said about one key, in order, and what came along with it."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from modules.kernel.contracts import new_id
from modules.kernel.messaging.context import Causes, caused_by
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.tests.probe import ThingHappened, publish
from modules.kernel.messaging.timeline import _smallest_id_at, timeline
from modules.kernel.messaging.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db


def just_now() -> datetime:
    return timezone.now()


class TestTimeline:
    def test_gives_the_messages_of_a_key_in_their_order(self) -> None:
        publish(*(ThingHappened(thing="a", number=number) for number in range(3)))
        publish(ThingHappened(thing="b", number=9))
        found = timeline("a", since=just_now())
        assert [message.data for message in found] == [
            f'{{"thing":"a","number":{number}}}' for number in range(3)
        ]

    def test_brings_along_what_the_same_request_set_off(self) -> None:
        with caused_by(Causes(correlation_id="request-1")):
            publish(ThingHappened(thing="a", number=1), ThingHappened(thing="b", number=2))
        with caused_by(Causes(correlation_id="request-2")):
            publish(ThingHappened(thing="b", number=3))
        found = timeline("a", since=just_now())
        assert [(message.key, message.headers["correlationid"]) for message in found] == [
            ("a", "request-1"),
            ("b", "request-1"),
        ]

    def test_does_not_look_at_what_was_before(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        assert timeline("a", since=just_now() + timedelta(hours=1)) == ()

    def test_finds_messages_whose_ids_do_not_follow_the_clock(self) -> None:
        publish(ThingHappened(thing="before", number=0))
        Message.objects.update(
            message_id=_smallest_id_at(just_now() - timedelta(hours=1)),
            recorded_at=just_now() - timedelta(hours=1),
        )
        with unit_of_work("probe") as work:
            for first in ("00", "ff"):
                made = uuid.UUID(f"{first}000000-0000-5000-8000-000000000000")
                work.append(ThingHappened(thing="a", number=1), message_id=made)
        assert len(timeline("a", since=just_now())) == 2

    def test_gives_the_position_in_the_log(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        (found,) = timeline("a", since=just_now())
        row = Message.objects.get(message_id=found.message_id)
        assert found.position in (row.pk, 0)  # 0 on PostgreSQL, where nothing sequences here


class TestSmallestId:
    def test_is_before_every_id_made_from_then_on_and_after_older_ones(self) -> None:
        now = just_now()
        assert _smallest_id_at(now - timedelta(seconds=1)) < new_id()
        assert new_id() < _smallest_id_at(now + timedelta(seconds=5))
