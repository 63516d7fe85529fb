"""The committed schema files say what the code says, of the real modules."""

import json
import tomllib
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from jsonschema import Draft202012Validator

from modules.kernel.messaging.catalogue import MessageClass, message_classes
from modules.kernel.schemas.committed import (
    documents_of_code,
    module_folders,
    stale_files,
    write_files,
)
from modules.kernel.schemas.consumers import installed_consumers
from modules.kernel.schemas.documents import message_document
from modules.kernel.schemas.examples import example
from modules.kernel.schemas.tests.schema_pairs import closed

MESSAGES = [one for one in message_classes() if ".contracts." in one.cls.__module__]


class TestSchemaFiles:
    def test_say_what_the_code_says(self) -> None:
        stale = list(stale_files(documents_of_code(settings.ROOT), root=settings.ROOT))

        assert stale == [], "run: python manage.py contracts generate"

    def test_are_stale_until_they_are_written_anew(self, tmp_path: Path) -> None:
        documents = dict(documents_of_code(settings.ROOT))
        for path in documents:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        first, second, *rest = documents
        for path in rest:
            (tmp_path / path).write_bytes((settings.ROOT / path).read_bytes())
        (tmp_path / first).write_text("{}")
        extra = (tmp_path / second).with_name("forgotten.v1.json")
        extra.write_text("{}")

        stale = {one.path: one.why for one in stale_files(documents, root=tmp_path)}

        assert stale == {
            first: "does not say what the code says",
            second: "is missing",
            extra.relative_to(tmp_path).as_posix(): "belongs to no contract",
        }
        assert {one.path for one in write_files(documents, root=tmp_path)} == stale.keys()
        assert list(stale_files(documents, root=tmp_path)) == []

    def test_are_left_alone_where_their_module_is_not_here(self, tmp_path: Path) -> None:
        # A service that was extracted has its neighbours' contracts, and nothing else of them.
        others = tmp_path / "modules/neighbour/contracts/schemas/sold.v1.json"
        others.parent.mkdir(parents=True)
        others.write_text("{}")

        assert write_files({}, root=tmp_path) == ()
        assert others.exists()

    def test_are_json_schema(self) -> None:
        files = sorted(settings.ROOT.glob("modules/*/contracts/schemas/*.json"))

        assert len(files) > len(MESSAGES)
        for file in files:
            Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))

    @pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.contract.name)
    def test_describe_what_is_really_sent_and_read(self, message: MessageClass) -> None:
        document = message_document(message.cls)

        described = example(document, document.get("$defs", {}))
        decoded = message.decoder.decode(msgspec.json.encode(described))
        sent = json.loads(msgspec.json.encode(decoded))

        assert Draft202012Validator(closed(document)).is_valid(sent)


class TestInstalledConsumers:
    def test_are_who_the_manifests_say_and_what_their_handlers_read(self) -> None:
        consumers = installed_consumers()

        told = {one.module: one.reads for one in consumers["ordering.order_failed"]}
        assert set(told) >= {"notifications", "partners"}
        assert told["notifications"] == frozenset({"order_id"})
        assert {one.module for one in consumers["ordering.Ordering"]} >= {"console", "gateway"}

    def test_are_every_module_whose_manifest_consumes_the_message(self) -> None:
        consumers = installed_consumers()

        for module, folder in module_folders().items():
            manifest = tomllib.loads((folder / "module.toml").read_text(encoding="utf-8"))
            for name in manifest.get("consumes", ()):
                assert module in {one.module for one in consumers.get(name, ())}, name

    def test_are_read_models_too_which_may_read_all_of_it(self) -> None:
        (inventory,) = installed_consumers()["inventory.stock_level_changed"]

        assert (inventory.module, inventory.reads) == ("inventory", None)

    def test_may_read_all_where_a_saga_is_driven_by_the_message(self) -> None:
        told = {one.module: one.reads for one in installed_consumers()["payments.payment_captured"]}

        assert told["ordering"] is None
