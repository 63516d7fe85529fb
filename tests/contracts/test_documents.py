"""AsyncAPI and OpenAPI documents, as the public validators judge them."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft7Validator
from openapi_spec_validator import validate as validate_openapi
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from modules.kernel.manifests import installed_modules
from modules.kernel.schemas.event_catalogue import event_catalogue

ASYNCAPI = Draft7Validator(
    json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text(encoding="utf-8"))
)
WITH_MESSAGES = sorted({one.module for one in event_catalogue()})


def wrong(document: Any) -> list[str]:
    return [error.message for error in ASYNCAPI.iter_errors(document)]


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {found for one in value for found in references(one)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | {found for one in value.values() for found in references(one)}


def resolved(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


@pytest.mark.django_db
class TestAsyncApi:
    def test_of_the_system_is_valid(self, client: Client) -> None:
        document = client.get("/api/asyncapi/").json()
        assert wrong(document) == []
        for reference in references(document):
            assert resolved(document, reference), reference
        assert document["channels"]["payments"]["address"] == "quarry.payments"

    @pytest.mark.parametrize("module", WITH_MESSAGES)
    def test_of_a_module_is_valid(self, client: Client, module: str) -> None:
        document = client.get(f"/api/asyncapi/{module}").json()
        assert wrong(document) == []
        for reference in references(document):
            assert resolved(document, reference), reference

    def test_has_every_message_with_a_valid_example(self, client: Client) -> None:
        document = client.get("/api/asyncapi/").json()
        messages = document["components"]["messages"]
        assert len(messages) == len(event_catalogue()) > 40
        for name, message in messages.items():
            payload = message["payload"] | {"components": document["components"]}
            for shown in message["examples"]:
                Draft7Validator(payload).validate(shown["payload"])
            assert message["name"] == name

    def test_says_who_sends_and_who_receives(self, client: Client) -> None:
        operations = client.get("/api/asyncapi/shipping").json()["operations"]
        assert operations["shipping.sends"]["action"] == "send"
        assert any(one["action"] == "receive" for one in operations.values())

    def test_is_printed_by_the_command(self) -> None:
        said = StringIO()
        call_command("contracts", "asyncapi", "--module", "payments", stdout=said)
        assert wrong(json.loads(said.getvalue())) == []
        with pytest.raises(CommandError, match="no module 'nobody'"):
            call_command("contracts", "asyncapi", "--module", "nobody")

    def test_is_not_there_for_an_unknown_module(self, client: Client) -> None:
        assert client.get("/api/asyncapi/nobody").status_code == 404

    def test_the_validator_refuses_what_is_wrong(self, client: Client) -> None:
        document = client.get("/api/asyncapi/").json()
        document["operations"]["payments.sends"]["action"] = "shout"
        assert wrong(document)


@pytest.mark.django_db
class TestOpenApi:
    def document(self, client: Client) -> Any:
        return client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})

    def test_is_valid(self, client: Client) -> None:
        document = self.document(client).json()
        validate_openapi(document)
        assert len(document["paths"]) > 10

    def test_tells_of_no_front_end(self, client: Client) -> None:
        paths = self.document(client).json()["paths"]
        assert "/api/v1/orders" in paths
        assert [path for path in paths if path.startswith(("/web", "/mobile", "/partner"))] == []

    def test_the_validator_refuses_what_is_wrong(self, client: Client) -> None:
        document = self.document(client).json()
        del document["info"]["title"]
        with pytest.raises(OpenAPIValidationError):
            validate_openapi(document)


class TestCatalogue:
    def test_has_the_messages_of_every_module(self) -> None:
        publishing = {one.label for one in installed_modules() if one.manifest.publishes}
        assert publishing <= set(WITH_MESSAGES)

    def test_says_who_publishes_and_who_consumes(self) -> None:
        by_type = {one.type: one for one in event_catalogue()}
        captured = by_type["payments.payment_captured.v1"]
        assert captured.publishers == ("payments",)
        assert "ordering" in captured.consumers
        command = by_type["payments.capture_payment.v1"]
        assert (command.publishers, command.consumers) == (("ordering",), ("payments",))
        assert {field.name: field.kind for field in captured.fields}["amount_minor"] == "integer"
