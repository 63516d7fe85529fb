"""The documents of the front ends: served, shown, committed, and valid."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from openapi_spec_validator import validate

from modules.gateway.fronts.openapi import FRONTS, Front
from modules.gateway.management.commands import openapi

ALL = pytest.mark.parametrize("front", FRONTS, ids=lambda front: front.name)


class TestDocument:
    @ALL
    def test_is_committed_as_it_is_served(self, front: Front, client: Client) -> None:
        committed = openapi.file_of(front).read_text(encoding="utf-8")
        assert committed == openapi.written(front), "run `manage.py openapi`"
        served = client.get(f"/{front.prefix}schema", {"format": "json"})
        assert served.json() == json.loads(committed)

    @ALL
    def test_is_valid_and_has_the_urls_of_its_front_end_only(self, front: Front) -> None:
        document = front.document()
        validate(document)
        assert document["paths"]
        assert all(path.startswith(f"/{front.prefix}") for path in document["paths"])

    @ALL
    def test_is_shown_on_a_page(self, front: Front, client: Client) -> None:
        page = client.get(f"/{front.prefix}docs")
        assert page.status_code == 200
        assert f"/{front.prefix}schema" in page.text


class TestCommand:
    def test_says_which_file_is_stale(
        self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path_factory.mktemp("schemas")
        monkeypatch.setattr(openapi, "FOLDER", folder)
        call_command("openapi", verbosity=0)
        call_command("openapi", "--check")
        (folder / "mobile.openapi.json").write_text("{}")
        with pytest.raises(CommandError, match="of mobile are not"):
            call_command("openapi", "--check")
