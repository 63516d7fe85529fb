"""Messages as CloudEvents: there and back, and what is refused on the way."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.kernel.contracts import new_id
from modules.kernel.messaging.brokers.cloudevents import (
    attributes_of,
    envelope_of,
    read_structured,
    structured,
)
from modules.kernel.messaging.brokers.port import NotAMessage, Received
from modules.kernel.messaging.envelope import Envelope

ENVELOPE = Envelope(
    position=7,
    message_id=new_id(),
    source="probe",
    name="probe.thing_happened",
    schema_version=3,
    key="k–1",
    data='{"thing": "ü", "number": 1}',
    recorded_at=datetime(2026, 1, 31, 12, 0, tzinfo=UTC),
    headers={"correlationid": "c", "traceparent": "00-ab-cd-01"},
    effective_at=datetime(2025, 12, 31, tzinfo=UTC),
)


def received(**changed: str) -> Received:
    attributes = {**attributes_of(ENVELOPE), **changed}
    kept = {name: value for name, value in attributes.items() if value != "–"}
    return Received(attributes=kept, body=ENVELOPE.data.encode(), token=None)


class TestCloudEvents:
    def test_carry_all_that_is_known_in_binary_mode(self) -> None:
        assert envelope_of(received()) == replace(ENVELOPE, position=0)

    @given(
        st.text(),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200),
    )
    def test_carry_any_text_in_one_document(self, text: str, key: str) -> None:
        data = msgspec.json.encode({"thing": text}).decode()
        sent = replace(ENVELOPE, data=data, key=key)
        attributes, body = read_structured(structured(sent))
        come = envelope_of(Received(attributes=attributes, body=body, token=None))
        assert come == replace(sent, position=0)

    def test_make_an_id_of_source_and_id_where_another_producer_has_its_own_kind(self) -> None:
        one = envelope_of(received(id="4711"))
        assert one.message_id == envelope_of(received(id="4711")).message_id
        assert one.message_id != envelope_of(received(id="4712")).message_id

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"specversion": "0.3"}, "specversion is '0.3'"),
            ({"type": "ThingHappened"}, "not of the form module.name.v1"),
            ({"id": "–"}, "id or source is missing"),
            ({"source": "–"}, "id or source is missing"),
            ({"time": "–"}, "time is missing"),
            ({"time": "yesterday"}, "time 'yesterday' is no time"),
            ({"time": "2026-01-31T12:00:00"}, "has no time zone"),
            ({"subject": "–"}, "subject, the message's key, is missing"),
            ({"subject": "k" * 201}, "longer than 200"),
            ({"subject": "k\0"}, "subject has a NUL"),
            ({"source": "/modules/pro\0be"}, "source has a NUL"),
            ({"effectiveat": "0001-01-01T00:00:00+01:00"}, "is before or after all time"),
        ],
    )
    def test_refuse(self, changed: dict[str, str], why: str) -> None:
        with pytest.raises(NotAMessage, match=why):
            envelope_of(received(**changed))

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[1]", b"\xff\xfe", b'"text"', b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"],
        ids=["nothing", "half", "list", "no UTF-8", "text", "too deep"],
    )
    def test_refuse_data_that_are_no_json_object(self, body: bytes) -> None:
        with pytest.raises(NotAMessage, match="no JSON object"):
            envelope_of(Received(attributes=attributes_of(ENVELOPE), body=body, token=None))

    def test_refuse_a_document_that_is_nested_too_deeply(self) -> None:
        with pytest.raises(NotAMessage, match="no CloudEvent in JSON"):
            read_structured(b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}")
