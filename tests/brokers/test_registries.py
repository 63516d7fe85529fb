"""`contracts publish` and `check` against registries of both kinds, and their wire formats."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from modules.kernel.messaging.brokers import open_transport
from modules.kernel.messaging.brokers.cloudevents import envelope_of
from modules.kernel.messaging.brokers.kafka import Kafka
from modules.kernel.messaging.brokers.port import (
    BrokerUnavailable,
    NotAMessage,
    Received,
    Route,
    Undeliverable,
)
from modules.kernel.schemas.documents import message_document
from modules.kernel.schemas.draft_07 import as_draft_07, from_draft_07
from modules.kernel.schemas.registries import (
    Registry,
    RegistryRefused,
    RegistryUnavailable,
    open_registry,
)
from modules.kernel.schemas.registries.encoding import AvroEncoding
from modules.kernel.schemas.registry import views
from modules.kernel.schemas.registry.contracts import ContractSchema, contract_schemas, in_avro
from modules.kernel.schemas.tests.schema_pairs import pairs
from modules.ordering.contracts import OrderPlaced
from modules.payments.contracts import PaymentCaptured
from tests.brokers.envelopes import an_envelope
from tests.services.own_brokers import own_moto, own_tansu
from tests.services.rule import ServiceMissing, missing

pytestmark = pytest.mark.django_db(transaction=True)

CAPTURED = "payments.payment_captured.v1"


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "testing")
    try:
        with own_moto() as port:
            yield f"http://127.0.0.1:{port}"
    except ServiceMissing as error:
        missing(str(error))


@pytest.fixture(params=["confluent", "glue"])
def url(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """This is a registry that takes what it is given, and has nothing of ours yet."""
    if request.param == "glue":
        name = f"r{os.getpid()}-{next(_numbers)}"
        yield f"glue://{name}?region=us-east-1&endpoint={request.getfixturevalue('moto')}"
        return
    server: LiveServer = request.getfixturevalue("live_server")
    settings.QUARRY_REGISTRY_WRITABLE = True
    with pytest.MonkeyPatch.context() as patch:
        # As another installation's: it serves no contracts of its own.
        patch.setattr(views, "contract_schemas", lambda: ())
        views._published.clear()
        yield f"{server.url}/internal/schema-registry"
    views._published.clear()


_numbers = iter(range(1_000))


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    with open_registry(url) as registry:
        yield registry


def publish(url: str) -> list[str]:
    said = StringIO()
    call_command("contracts", "publish", "--registry", url, stdout=said)
    return said.getvalue().splitlines()


def check(url: str) -> tuple[bool, str]:
    said = StringIO()
    try:
        call_command("contracts", "check", "--registry", url, stdout=said)
    except SystemExit:
        return False, said.getvalue()
    return True, said.getvalue()


def json_schema(subject: str) -> ContractSchema:
    return next(one for one in contract_schemas() if one.subject == subject)


def changed(schema: ContractSchema, **properties: object) -> ContractSchema:
    document = json.loads(schema.text)
    document["properties"] |= properties
    return ContractSchema(
        subject=schema.subject, format=schema.format, text=json.dumps(document, sort_keys=True)
    )


class TestPublish:
    def test_registers_every_contract_once(self, url: str, registry: Registry) -> None:
        first = publish(url)
        assert f"{CAPTURED} version 1" in first
        assert "payments.PaymentCapturedV1 version 1" in first
        assert publish(url) == []
        (stored,) = registry.history(CAPTURED)
        assert json.loads(stored.text)["properties"].keys() == {
            "order_id",
            "amount_minor",
            "currency",
        }
        assert check(url)[0]

    def test_adds_a_version_where_a_contract_has_changed(
        self, url: str, registry: Registry
    ) -> None:
        before = {"type": "integer", "description": "As it was said before."}
        registry.publish(changed(json_schema(CAPTURED), amount_minor=before))
        assert f"{CAPTURED} version 2" in publish(url)
        assert [stored.version for stored in registry.history(CAPTURED)] == [1, 2]

    def test_publishes_nothing_while_something_would_break(
        self, url: str, registry: Registry
    ) -> None:
        other = changed(json_schema(CAPTURED), amount_minor={"type": "string"})
        registry.publish(other)
        with pytest.raises(CommandError, match="nothing was published"):
            publish(url)
        assert registry.history("ordering.order_placed.v1") == []


class TestCheck:
    def test_refuses_what_the_registrys_versions_do_not_go_with(
        self, url: str, registry: Registry
    ) -> None:
        registry.publish(changed(json_schema(CAPTURED), amount_minor={"type": "string"}))
        passed, said = check(url)
        assert not passed
        assert "refused  payments.payment_captured v1" in said
        assert "for example" in said

    @pytest.mark.parametrize(
        ("nowhere", "said"),
        [
            ("http://kafka:s3cret@127.0.0.1:9/registry", "http://127.0.0.1:9/registry: "),
            ("glue://r?region=x&endpoint=http://127.0.0.1:9", "glue://r"),
        ],
    )
    def test_says_where_nobody_answers(self, nowhere: str, said: str) -> None:
        for action in ("check", "publish"):
            with pytest.raises(CommandError, match=f"^{re.escape(said)}"):
                call_command("contracts", action, "--registry", nowhere)

    def test_tells_no_reader_of_the_report_the_password(self, live_server: LiveServer) -> None:
        served = f"{urlsplit(live_server.url).netloc}/internal/schema-registry"
        said = StringIO()
        call_command(
            "contracts", "check", "--json", "--registry", f"http://kafka:s3cret@{served}",
            stdout=said,
        )  # fmt: skip
        assert json.loads(said.getvalue())["against"] == f"http://{served}"

    def test_refuses_a_registry_of_an_unknown_kind(self) -> None:
        with pytest.raises(RegistryUnavailable, match="known: http, https, glue"):
            open_registry("apicurio://x")


class TestWireFormat:
    def test_leads_back_to_the_schema(self, registry: Registry) -> None:
        for schema in (json_schema(CAPTURED), in_avro(PaymentCaptured)):
            registry.publish(schema)
            text, body = registry.unframe(registry.frame(schema, b"data"))
            assert (json.loads(text), body) == (json.loads(schema.text), b"data")

    def test_refuses_what_is_not_framed(self, registry: Registry) -> None:
        with pytest.raises(ValueError, match="does not begin with the id"):
            registry.unframe(b'{"order_id": "o-1"}')


class TestAvroOnKafka:
    def test_carries_what_json_would_carry_behind_one_that_is_broken(
        self, registry: Registry
    ) -> None:
        registry.publish(in_avro(OrderPlaced))
        address = message_document(OrderPlaced)["$defs"]["Address"]
        data = {
            "order_id": "o-1",
            "customer_id": "c",
            "currency": "EUR",
            "lines": [{"sku": "ü", "quantity": 2}],
            "ship_to": dict.fromkeys(address["properties"], "x"),
            "payment_token": "t",
        }
        envelope = an_envelope(name="ordering.order_placed", data=json.dumps(data))
        try:
            with own_tansu() as port:
                kafka = Kafka(
                    f"kafka://127.0.0.1:{port}",
                    prefix="q",
                    encodings={"probe": AvroEncoding(registry)},
                )
                poison = Kafka(f"kafka://127.0.0.1:{port}", prefix="q").producer()
                head = registry.frame(in_avro(OrderPlaced), b"")
                kafka.make(["q.probe"])
                poison.produce("q.probe", key=b"k", value=head + b"\x0eo-")
                poison.flush()
                publisher = kafka.publisher()
                publisher.publish([envelope])
                publisher.close()
                route = Route(deployable="a", modules=("probe",), names=(envelope.name,))
                receiver = kafka.receiver(route)
                received: list[Received] = []
                while len(received) < 2:
                    received += receiver.receive(limit=1, timeout_seconds=1)
                receiver.close()
        except ServiceMissing as error:
            missing(str(error))
        broken, good = received
        assert "cannot be read in Avro" in broken.unreadable
        assert json.loads(envelope_of(good).data) == data

    def test_says_what_it_cannot_read_and_reads_what_is_behind_it(self, registry: Registry) -> None:
        for schema in (json_schema(CAPTURED), in_avro(PaymentCaptured)):
            registry.publish(schema)
        encoding = AvroEncoding(registry)
        head = registry.frame(in_avro(PaymentCaptured), b"")
        data = '{"order_id": "o-1", "amount_minor": 1, "currency": "EUR"}'
        good = encoding.encode(an_envelope(name="payments.payment_captured", data=data))
        for body in (
            head + b"\x0eab",  # half of a text
            head + b"\x04\xff\xff",  # no UTF-8
            registry.frame(json_schema(CAPTURED), data.encode()),  # another serializer's
            head[:-3] + b"\x7f\x7f\x7f" + good[len(head) :],  # of a schema that nobody has
        ):
            with pytest.raises(NotAMessage):
                encoding.decode(body)
        assert json.loads(encoding.decode(good)) == json.loads(data)

    @pytest.mark.parametrize("amount", [str(1 << 70), '"much"'])
    def test_says_of_what_does_not_fit_the_schema_that_it_can_never_go(self, amount: str) -> None:
        data = f'{{"order_id": "o-1", "amount_minor": {amount}, "currency": "EUR"}}'
        envelope = an_envelope(name="payments.payment_captured", data=data)
        with (
            open_registry("http://127.0.0.1:9/registry") as registry,
            pytest.raises(Undeliverable, match="cannot be written in Avro"),
        ):
            AvroEncoding(registry).encode(envelope)

    def test_says_of_what_no_release_knows_any_more_that_it_can_never_go(self) -> None:
        """The relay does not ask for each again that it has set aside."""
        with (
            open_registry("http://127.0.0.1:9/registry") as registry,
            pytest.raises(Undeliverable, match="cannot be written in Avro"),
        ):
            AvroEncoding(registry).encode(an_envelope(name="probe.gone"))

    @pytest.mark.parametrize(
        ("nowhere", "head"),
        [
            ("http://127.0.0.1:9/registry", bytes(5)),
            ("glue://r?region=x&endpoint=http://127.0.0.1:9", b"\3\0" + bytes(16)),
        ],
        ids=["confluent", "glue"],
    )
    @pytest.mark.usefixtures("moto")  # For the credentials.
    def test_waits_for_a_registry_that_is_away(self, nowhere: str, head: bytes) -> None:
        with open_registry(nowhere) as registry, pytest.raises(BrokerUnavailable):
            AvroEncoding(registry).decode(head)

    def test_is_configured_by_module(self, settings: Settings) -> None:
        transport = open_transport("kafka://127.0.0.1:1")
        assert isinstance(transport, Kafka)
        assert transport.encoding("payments").content_type == "application/json"


class TestDraft07:
    @given(pairs())
    def test_says_the_same_and_leads_back(self, pair: tuple[dict[str, object], object]) -> None:
        document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **pair[0]}
        older = as_draft_07(document)
        assert "$defs" not in json.dumps(older)
        assert from_draft_07(older) == document


def test_a_registry_that_refuses_says_so(url: str, settings: Settings) -> None:
    if url.startswith("glue:"):
        pytest.skip("Glue has no mode in which it refuses what is registered")
    settings.QUARRY_REGISTRY_WRITABLE = False
    with open_registry(url) as registry, pytest.raises(RegistryRefused, match="read-only"):
        registry.publish(in_avro(PaymentCaptured))
