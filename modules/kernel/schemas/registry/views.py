"""The HTTP API, path by path; what it says it takes from `registry.subjects`."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from modules.kernel.schemas.registry import subjects
from modules.kernel.schemas.registry.contracts import contract_schemas
from modules.kernel.schemas.registry.subjects import Registered, RegistryError

_CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_published: set[str] = set()

View: TypeAlias = Callable[..., HttpResponse]


def answered(**methods: Callable[..., Any]) -> View:
    """This makes a view of functions by HTTP method, each ``function(request, …) -> JSON``."""

    @csrf_exempt
    @wraps(next(iter(methods.values())))
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _let_in(request)
            function = methods.get(str(request.method))
            if function is None:
                raise RegistryError(405, f"{request.method} is not answered here")
            if request.method in ("PUT", "DELETE") and not settings.QUARRY_REGISTRY_WRITABLE:
                raise _read_only()
            publish_contracts()
            return _json(function(request, *args, **kwargs))
        except RegistryError as error:
            return _refused(error)
        except RecursionError:
            return _refused(RegistryError(400, "the body is nested too deeply"))

    return view


def publish_contracts() -> None:
    """This registers the contracts of the code, once a process and whenever tables are new."""
    if not _published or not subjects.subjects():
        schemas = contract_schemas()
        with transaction.atomic():
            for one in schemas:
                # `contracts check` judged them before they were released, and knows more: what
                # only the code that wrote it reads may lose a required field.
                subjects.register(one.subject, one.text, one.format, is_judged=True)
        # Not before: what is rolled back was not published, and is tried again.
        _published.update(one.subject for one in schemas)


def list_subjects(request: HttpRequest) -> list[str]:
    begins = request.GET.get("subjectPrefix", "")
    return [one for one in subjects.subjects() if one.startswith(begins)]


def look_up(request: HttpRequest, subject: str) -> dict[str, Any]:
    text, format_ = _given(request)
    subjects.versions(subject)
    found = subjects.find(subject, text, format_)
    if found is None:
        raise RegistryError(40403, "Schema not found")
    return _version(found)


def delete_subject(request: HttpRequest, subject: str) -> list[int]:
    _refuse_contract(subject)
    return subjects.delete(subject, subjects.versions(subject))


def list_versions(request: HttpRequest, subject: str) -> list[int]:
    return subjects.versions(subject)


def register(request: HttpRequest, subject: str) -> dict[str, Any]:
    text, format_ = _given(request)
    known = subjects.find(subject, text, format_)
    if known is not None:
        return _version(known)
    if not settings.QUARRY_REGISTRY_WRITABLE:
        raise _read_only()
    _refuse_contract(subject)
    return _version(subjects.register(subject, text, format_))


def show_version(request: HttpRequest, subject: str, version: str) -> dict[str, Any]:
    return _version(subjects.version_of(subject, version))


def delete_version(request: HttpRequest, subject: str, version: str) -> int:
    _refuse_contract(subject)
    return subjects.delete(subject, [subjects.version_of(subject, version).version])[0]


def show_version_schema(request: HttpRequest, subject: str, version: str) -> Any:
    return json.loads(subjects.version_of(subject, version).text)


def show_schema(request: HttpRequest, schema_id: int) -> dict[str, Any]:
    found = subjects.schema_by_id(schema_id)
    kind = {} if found.format == "AVRO" else {"schemaType": found.format}
    return {**kind, "schema": found.text}


def show_uses(request: HttpRequest, schema_id: int) -> list[dict[str, Any]]:
    return [
        {"subject": subject, "version": version} for subject, version in subjects.uses_of(schema_id)
    ]


def show_users(request: HttpRequest, schema_id: int) -> list[str]:
    return sorted({subject for subject, _ in subjects.uses_of(schema_id)})


def list_types(request: HttpRequest) -> list[str]:
    return ["AVRO", "JSON"]


def show_mode(request: HttpRequest, subject: str = "") -> dict[str, str]:
    return {"mode": "READWRITE" if settings.QUARRY_REGISTRY_WRITABLE else "READONLY"}


def show_config(request: HttpRequest, subject: str = "") -> dict[str, str]:
    own = subjects.own_mode(subject)
    if subject and own is None and request.GET.get("defaultToGlobal") != "true":
        raise RegistryError(
            40408,
            f"Subject '{subject}' does not have subject-level compatibility configured",
        )
    return {"compatibilityLevel": own or subjects.mode_of(subject)}


def set_config(request: HttpRequest, subject: str = "") -> dict[str, str]:
    _refuse_contract(subject)
    return {"compatibility": subjects.set_mode(subject, str(_body(request).get("compatibility")))}


def delete_config(request: HttpRequest, subject: str = "") -> dict[str, str]:
    was = subjects.mode_of(subject)
    subjects.unset_mode(subject)
    return {"compatibilityLevel": was}


def judge(request: HttpRequest, subject: str, version: str = "") -> dict[str, Any]:
    text, format_ = _given(request)
    said = subjects.judge(subject, text, format_, version=version)
    verbose = request.GET.get("verbose", "").lower() == "true"
    return {"is_compatible": not said, **({"messages": said} if verbose else {})}


def unknown(request: HttpRequest, path: str) -> None:
    raise RegistryError(404, f"HTTP 404 Not Found: {path}")


def _given(request: HttpRequest) -> tuple[str, str]:
    body = _body(request)
    text, format_ = body.get("schema"), body.get("schemaType", "AVRO")
    if not isinstance(text, str):
        raise RegistryError(42201, "Empty schema: the body is {'schema': '…'}")
    if format_ not in ("AVRO", "JSON"):
        raise RegistryError(42201, f"Schemas of type {format_} are not served here")
    if body.get("references"):
        raise RegistryError(42201, "References to other subjects are not served here")
    return text, format_


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except json.JSONDecodeError as error:
        raise RegistryError(400, f"the body is no JSON: {error}") from error
    return body if isinstance(body, dict) else {}


def _refused(error: RegistryError) -> HttpResponse:
    said = {"error_code": error.code, "message": str(error)}
    return _json(said, status=int(str(error.code)[:3]))


def _version(one: Registered) -> dict[str, Any]:
    kind = {} if one.format == "AVRO" else {"schemaType": one.format}
    return {
        "subject": one.subject,
        "version": one.version,
        "id": one.schema_id,
        **kind,
        "schema": one.text,
    }


def _refuse_contract(subject: str) -> None:
    if subject in _published:
        raise RegistryError(
            42205, f"{subject} is a contract of the code: change the code, and release it"
        )


def _read_only() -> RegistryError:
    return RegistryError(42205, "This registry serves the contracts of the code; it is read-only")


def _let_in(request: HttpRequest) -> None:
    password: str | None = settings.QUARRY_REGISTRY_PASSWORD
    if password is None:
        return
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        said = base64.b64decode(given).decode().partition(":")[2] if kind == "Basic" else ""
    except ValueError:
        said = ""
    if not password or not secrets.compare_digest(said.encode(), password.encode()):
        raise RegistryError(401, "Unauthorized: send the registry's password, for any user")


def _json(value: Any, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(json.dumps(value), content_type=_CONTENT_TYPE, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="schema registry"'
    return response
