"""Messages of every version that was ever released are read by today's code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings

from modules.kernel.contracts import upcaster
from modules.kernel.messaging import upcasting
from modules.kernel.messaging.catalogue import UnknownMessage, message_class
from modules.kernel.messaging.upcasting import BadUpcast, register_upcaster, upcaster_for
from modules.kernel.schemas.releases import Unreadable, releases
from modules.kernel.schemas.stored import StoredVersion, read_stored, stored_versions
from modules.kernel.schemas.tests.schema_pairs import instances
from tests.services.rule import missing

TRIED = 25


def of_the_system() -> Iterator[StoredVersion]:
    root: Path = django_settings.ROOT
    return stored_versions(releases(root).editions)


def read_generated(stored: StoredVersion) -> None:
    """This generates messages of an edition, as its writer would send them, and reads them."""
    schema = stored.edition.schema
    assert isinstance(schema, Mapping)
    plain: Any = schema

    @settings(
        max_examples=TRIED,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(instances(plain, plain.get("$defs", {})))
    def read(data: Any) -> None:
        read_stored(stored.name, stored.version, data)

    read()


def is_read_today(stored: StoredVersion) -> bool:
    try:
        message_class(stored.name, stored.version)
    except UnknownMessage:
        return upcaster_for(stored.name, stored.version) is not None
    return True


def test_every_stored_version_is_read_by_todays_code() -> None:
    try:
        found = list(of_the_system())
    except Unreadable as error:
        missing(f"the history of the contracts is not here: {error}")
    read = [stored for stored in found if is_read_today(stored)]
    assert len({(one.name, one.version) for one in read}) > 30
    for stored in read:
        read_generated(stored)


class TestTheGuard:
    """A version whose class is gone, with upcasters that are right and wrong."""

    NAME = "catalog.product_changed"

    @pytest.fixture(autouse=True)
    def fresh(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upcasting, "_upcasters", {})

    @pytest.fixture
    def before(self) -> StoredVersion:
        """This is today's schema as version 0: with another name for a field, which may be null."""
        (today,) = (one for one in self.of_products() if one.version == 1)
        plain: Any = dict(today.edition.schema)  # type: ignore[arg-type]  # a document
        properties = dict(plain["properties"])
        properties.pop("category")
        properties["section"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        required = [*(one for one in plain["required"] if one != "category"), "section"]
        schema = plain | {"properties": properties, "required": required}
        edition = type(today.edition)(at="planted", schema=schema)
        return StoredVersion(name=self.NAME, version=0, edition=edition)

    def of_products(self) -> list[StoredVersion]:
        try:
            found = [one for one in of_the_system() if one.name == self.NAME]
        except Unreadable as error:
            missing(f"the history of the contracts is not here: {error}")
        return found[-1:]

    def test_passes_an_upcaster_that_reads_all(self, before: StoredVersion) -> None:
        @upcaster(self.NAME, version=0)
        def renamed(data: dict[str, Any]) -> dict[str, Any]:
            section = data.pop("section")
            return {**data, "category": section or ""}

        register_upcaster(renamed)
        read_generated(before)

    def test_refuses_one_that_forgets_what_may_be_null(self, before: StoredVersion) -> None:
        @upcaster(self.NAME, version=0)
        def careless(data: dict[str, Any]) -> dict[str, Any]:
            return {**data, "category": data.pop("section")}

        register_upcaster(careless)
        with pytest.raises(BadUpcast, match=r"product_changed v0 is upcast .* does not fit"):
            read_generated(before)
