"""What the front ends answer to whatever is sent: nothing outside their documents, and no 5xx.

Requests are made from the committed documents by schemathesis: as they should be, and as they
should not. Half of them name things that there are.
"""

import json
import os
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modules.gateway.fronts.openapi import FRONTS, Front
from modules.gateway.management.commands.openapi import file_of
from tests.fronts.conftest import Known

#: Of each kind, for each operation: few, for CI. `QUARRY_FRONT_EXAMPLES` asks for more.
EXAMPLES = int(os.environ.get("QUARRY_FRONT_EXAMPLES", "6"))

#: What a browser would have of us: the token against forged requests.
_CSRF = "a" * 32

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def schema_of(document: dict[str, Any]) -> BaseSchema:
    from config.wsgi import application

    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = application
    return loaded


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("front", FRONTS, ids=lambda front: front.name)
@pytest.mark.timeout(600)  # A minute in all on a machine that has nothing else to do.
def test_every_answer_is_as_the_document_says(front: Front, known: Known, token: str) -> None:
    document = json.loads(file_of(front).read_text(encoding="utf-8"))
    schema = schema_of(document)
    for path, methods in document["paths"].items():
        for method in methods:
            operation = schema[path][method.upper()]
            send(operation.as_strategy(GenerationMode.POSITIVE), known, token)
            # What takes nothing, or any text, cannot be asked for wrongly.
            with suppress(Unsatisfiable):
                send(operation.as_strategy(GenerationMode.NEGATIVE), known, token)


def send(requests: st.SearchStrategy[Any], known: Known, token: str) -> None:
    """This sends requests, and fails with the first that is not answered as it should be."""
    # Without a network below it schemathesis says that it takes gzip, and cannot read it.
    headers = {
        "Authorization": f"Bearer {token}",
        "X-CSRFToken": _CSRF,
        "Accept-Encoding": "identity",
    }

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests, names_what_there_is=st.booleans())
    def judged(case: Any, names_what_there_is: bool) -> None:
        if names_what_there_is:
            case.path_parameters.update(
                {name: known.ids[name] for name in case.path_parameters if name in known.ids}
            )
        case.call_and_validate(
            checks=CHECKS,
            headers=headers,
            cookies={django_settings.CSRF_COOKIE_NAME: _CSRF},
        )

    judged()
