"""The served registry, used by confluent-kafka's own client and serializers over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import (
    Schema,
    SchemaRegistryClient,
    record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from modules.kernel.messaging import Envelope
from modules.kernel.messaging.brokers import Route
from modules.kernel.messaging.brokers.cloudevents import attributes_of, envelope_of
from modules.kernel.messaging.brokers.kafka import Kafka
from modules.kernel.schemas.registries import open_registry
from modules.kernel.schemas.registries.encoding import AvroEncoding
from modules.kernel.schemas.registry import subjects, views
from modules.kernel.schemas.registry.contracts import ContractSchema, contract_schemas
from modules.payments.contracts import PaymentCaptured
from tests.brokers.envelopes import an_envelope
from tests.services.own_brokers import own_tansu
from tests.services.rule import ServiceMissing, missing

pytestmark = pytest.mark.django_db(transaction=True)

CAPTURED = "payments.payment_captured.v1"
WITHDRAWN = "payments.money_withdrawn.v1"
IN_AVRO = "payments.PaymentCapturedV1"
VALUE = SerializationContext("quarry.payments", MessageField.VALUE)
MESSAGE = {"order_id": "o-1", "amount_minor": 1250, "currency": "EUR"}
WEIGHED = {
    "title": "probe.weighed",
    "type": "object",
    "properties": {"grams": {"type": "integer"}},
    "required": ["grams"],
}


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    settings.QUARRY_REGISTRY_WRITABLE = True
    views._published.clear()
    yield f"{live_server.url}/internal/schema-registry"
    views._published.clear()


@pytest.fixture
def client(address: str) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient({"url": address}) as client:
        yield client


def as_json(**changed: object) -> Schema:
    return Schema(json.dumps(WEIGHED | changed), schema_type="JSON")


class TestContracts:
    def test_are_subjects_with_versions_and_ids(self, client: SchemaRegistryClient) -> None:
        assert {CAPTURED, IN_AVRO, "ordering.order_placed.v1"} <= set(client.get_subjects())
        latest = client.get_latest_version(CAPTURED)
        assert (latest.version, client.get_versions(CAPTURED)) == (1, [1])
        assert latest.schema_id is not None
        assert json.loads(str(latest.schema.schema_str))["title"] == CAPTURED
        found = client.get_schema(latest.schema_id)
        assert found.schema_str == latest.schema.schema_str
        assert client.get_subjects_by_schema_id(latest.schema_id) == [CAPTURED]
        assert client.get_compatibility() == "FULL_TRANSITIVE"

    def test_cannot_be_changed_but_by_the_code(self, client: SchemaRegistryClient) -> None:
        for forbidden in (
            lambda: client.register_schema(CAPTURED, as_json()),
            lambda: client.delete_subject(CAPTURED),
            lambda: client.set_compatibility(CAPTURED, level="NONE"),
        ):
            with pytest.raises(SchemaRegistryError, match="a contract of the code"):
                forbidden()

    def test_are_judged_before_they_are_changed(self, client: SchemaRegistryClient) -> None:
        text = str(client.get_latest_version(CAPTURED).schema.schema_str)
        fuller = json.loads(text)
        fuller["properties"]["note"] = {"type": "string", "default": ""}
        assert client.test_compatibility(CAPTURED, Schema(json.dumps(fuller), "JSON"))
        fuller["required"].append("note")
        assert not client.test_compatibility(CAPTURED, Schema(json.dumps(fuller), "JSON"))

    def test_are_served_where_only_the_code_that_wrote_them_reads_them(
        self, client: SchemaRegistryClient
    ) -> None:
        # Nobody is sent what streams are made of: a required field of theirs may go.
        (schema,) = (one for one in contract_schemas() if one.subject == WITHDRAWN)
        before = json.loads(schema.text)
        before["properties"]["teller"] = {"type": "string"}
        before["required"].append("teller")
        subjects.register(WITHDRAWN, json.dumps(before), "JSON")

        assert CAPTURED in client.get_subjects()
        assert client.get_versions(WITHDRAWN) == [1, 2]

    def test_are_all_registered_once_what_was_in_the_way_is_gone(
        self, client: SchemaRegistryClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subjects.register("probe.weighed", json.dumps(WEIGHED), "JSON")
        broken = ContractSchema(subject="probe.broken", format="JSON", text="{")
        with monkeypatch.context() as patch:
            patch.setattr(views, "contract_schemas", lambda: (*contract_schemas(), broken))
            for _ in range(2):
                with pytest.raises(SchemaRegistryError, match="Invalid schema"):
                    client.get_subjects()

        assert CAPTURED in client.get_subjects()

    def test_are_read_only_unless_it_is_said(
        self, client: SchemaRegistryClient, settings: Settings
    ) -> None:
        settings.QUARRY_REGISTRY_WRITABLE = False
        with pytest.raises(SchemaRegistryError, match="read-only"):
            client.register_schema("probe.weighed", as_json())


class TestSerializers:
    def test_write_and_read_json(self, client: SchemaRegistryClient) -> None:
        schema = str(client.get_latest_version(CAPTURED).schema.schema_str)
        conf = {
            "auto.register.schemas": False,
            "subject.name.strategy": record_subject_name_strategy,
        }
        written = JSONSerializer(schema, client, conf=conf)(MESSAGE, VALUE)
        assert written is not None
        assert written[0] == 0
        conf = {"subject.name.strategy": record_subject_name_strategy}
        read = JSONDeserializer(None, schema_registry_client=client, conf=conf)(written, VALUE)
        assert msgspec.convert(read, PaymentCaptured).amount_minor == 1250

    def test_write_and_read_avro(self, client: SchemaRegistryClient) -> None:
        schema = str(client.get_latest_version(IN_AVRO).schema.schema_str)
        conf = {
            "auto.register.schemas": False,
            "subject.name.strategy": record_subject_name_strategy,
        }
        written = AvroSerializer(client, schema, conf=conf)(MESSAGE, VALUE)
        assert written is not None
        assert len(written) < 20, "Avro names no fields"
        conf = {"subject.name.strategy": record_subject_name_strategy}
        assert AvroDeserializer(client, conf=conf)(written, VALUE) == MESSAGE

    def test_refuse_what_does_not_fit_the_contract(self, client: SchemaRegistryClient) -> None:
        schema = str(client.get_latest_version(CAPTURED).schema.schema_str)
        conf = {
            "auto.register.schemas": False,
            "subject.name.strategy": record_subject_name_strategy,
        }
        serialize = JSONSerializer(schema, client, conf=conf)
        with pytest.raises(Exception, match="amount_minor"):
            serialize({"order_id": "o-1", "currency": "EUR"}, VALUE)


class TestOverKafka:
    """The official serializers at one end of a topic, the relay's transport at the other."""

    CONF: ClassVar[dict[str, Any]] = {"subject.name.strategy": record_subject_name_strategy}

    @pytest.fixture
    def kafka(self, address: str) -> Iterator[tuple[Kafka, str]]:
        try:
            with own_tansu() as port, open_registry(address) as registry:
                encodings = {"probe": AvroEncoding(registry)}
                servers = f"127.0.0.1:{port}"
                yield Kafka(f"kafka://{servers}", prefix="q", encodings=encodings), servers
        except ServiceMissing as error:
            missing(str(error))

    def envelope(self) -> Envelope:
        return an_envelope(name="payments.payment_captured", data=json.dumps(MESSAGE))

    def test_read_what_the_relay_wrote(
        self, client: SchemaRegistryClient, kafka: tuple[Kafka, str]
    ) -> None:
        transport, servers = kafka
        publisher = transport.publisher()
        publisher.publish([self.envelope()])
        publisher.close()
        conf = {"bootstrap.servers": servers, "group.id": "g", "auto.offset.reset": "earliest"}
        consumer = Consumer(conf)
        consumer.subscribe(["q.probe"])
        while (message := consumer.poll(1)) is None or message.error() is not None:
            pass
        consumer.close()
        read = AvroDeserializer(client, conf=self.CONF)(message.value(), VALUE)
        assert read == MESSAGE

    def test_are_read_by_reception(
        self, client: SchemaRegistryClient, kafka: tuple[Kafka, str]
    ) -> None:
        transport, servers = kafka
        schema = str(client.get_latest_version(IN_AVRO).schema.schema_str)
        conf = self.CONF | {"auto.register.schemas": False}
        written = AvroSerializer(client, schema, conf=conf)(MESSAGE, VALUE)
        transport.make(["q.probe"])
        producer = Producer({"bootstrap.servers": servers})
        attributes = attributes_of(self.envelope())
        headers: dict[str, str | bytes | None] = {
            f"ce_{name}": said for name, said in attributes.items()
        }
        producer.produce("q.probe", key="o-1", value=written, headers=headers)
        producer.flush()
        receiver = transport.receiver(Route(deployable="a", modules=("probe",), names=()))
        while not (received := receiver.receive(limit=1, timeout_seconds=1)):
            pass
        receiver.close()
        assert json.loads(envelope_of(received[0]).data) == MESSAGE


class TestOthers:
    """Subjects that are none of ours, where the registry is told to take them."""

    @pytest.mark.parametrize("kind", ["JSON", "AVRO"])
    def test_are_registered_and_judged(self, client: SchemaRegistryClient, kind: str) -> None:
        def schema(**fields: object) -> Schema:
            if kind == "JSON":
                properties = {
                    name: {"type": "integer"} | ({} if default is None else {"default": default})
                    for name, default in fields.items()
                }
                required = [name for name, default in fields.items() if default is None]
                return as_json(properties=properties, required=required)
            record = {
                "type": "record",
                "name": "weighed",
                "fields": [
                    {"name": name, "type": "long"}
                    | ({} if default is None else {"default": default})
                    for name, default in fields.items()
                ],
            }
            return Schema(json.dumps(record), "AVRO")

        first = client.register_schema("probe.weighed", schema(grams=None))
        assert client.register_schema("probe.weighed", schema(grams=None)) == first
        assert client.lookup_schema("probe.weighed", schema(grams=None)).version == 1
        second = client.register_schema("probe.weighed", schema(grams=None, net=0))
        assert second != first
        with pytest.raises(SchemaRegistryError, match="not compatible"):
            client.register_schema("probe.weighed", schema(pounds=None))
        client.set_compatibility("probe.weighed", level="NONE")
        client.register_schema("probe.weighed", schema(pounds=None))
        assert client.get_versions("probe.weighed") == [1, 2, 3]
        assert client.delete_version("probe.weighed", 2) == 2
        assert client.get_versions("probe.weighed") == [1, 3]
        assert client.delete_subject("probe.weighed") == [1, 3]
        with pytest.raises(SchemaRegistryError, match="not found"):
            client.get_versions("probe.weighed")

    @pytest.mark.parametrize(
        ("schema", "said"),
        [
            (Schema("{", "JSON"), "Invalid schema"),
            (Schema('{"type": "no-such"}', "AVRO"), "Invalid Avro schema"),
            (Schema("syntax = 'proto3'", "PROTOBUF"), "not served here"),
        ],
    )
    def test_are_refused_where_they_are_no_schemas(
        self, client: SchemaRegistryClient, schema: Schema, said: str
    ) -> None:
        with pytest.raises(SchemaRegistryError, match=said):
            client.register_schema("probe.bad", schema)


class TestThePassword:
    def test_is_asked_for_where_there_is_one(self, address: str, settings: Settings) -> None:
        settings.QUARRY_REGISTRY_PASSWORD = "open sesame"
        with (
            SchemaRegistryClient({"url": address}) as client,
            pytest.raises(SchemaRegistryError, match="send the registry's password"),
        ):
            client.get_subjects()
        known = {"url": address, "basic.auth.user.info": "kafka:open sesame"}
        with SchemaRegistryClient(known) as client:
            assert CAPTURED in client.get_subjects()
