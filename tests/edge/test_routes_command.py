"""`manage.py routes`: the table, for people and for programs."""

import json
from io import StringIO

from django.core.management import call_command


def routes(*arguments: str) -> str:
    out = StringIO()
    call_command("routes", *arguments, stdout=out)
    return out.getvalue()


def test_tells_people_who_may_use_what() -> None:
    shown = routes("--module", "catalog")
    assert "/api/v1/catalog/products/<str:sku>" in shown
    assert "catalog:write" in shown
    assert "ordering" not in shown


def test_tells_programs_all_of_it() -> None:
    [put] = [
        one
        for one in json.loads(routes("--json"))
        if one["methods"] == ["PUT"] and one["module"] == "catalog"
    ]
    assert (put["audience"], put["scopes"]) == ("scopes", ["catalog:write"])
