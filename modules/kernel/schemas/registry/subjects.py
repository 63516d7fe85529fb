"""Subjects, versions and ids: what the registry knows, in the tables of `schemas.models`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet

from modules.kernel.schemas.models import RegisteredSchema, SubjectMode, SubjectVersion
from modules.kernel.schemas.modes import Mode
from modules.kernel.schemas.registry.judging import complaints

DEFAULT_MODE = Mode.FULL_TRANSITIVE


class RegistryError(Exception):
    """This is what the API answers instead of a result.

    Attributes:
        code: Confluent's; its first three digits are the HTTP status.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """This is one version of a subject."""

    subject: str
    version: int
    schema_id: int
    format: str
    text: str


def register(subject: str, text: str, format_: str, *, is_judged: bool = False) -> Registered:
    """This adds a schema to a subject, or finds it there.

    Args:
        is_judged: whether it was found compatible already, and is taken as it is.

    Raises:
        RegistryError: it is no schema, or not compatible with the versions before it.
    """
    canonical = _canonical(text, format_)
    with transaction.atomic():
        known = find(subject, canonical, format_)
        if known is not None:
            return known
        if not is_judged and (said := judge(subject, canonical, format_)):
            raise RegistryError(
                409, f"{subject}: the schema is not compatible with earlier versions: {said[0]}"
            )
        schema, _ = RegisteredSchema.objects.get_or_create(
            fingerprint=_fingerprint(canonical, format_),
            defaults={"format": format_, "text": canonical},
        )
        last = SubjectVersion.objects.filter(subject=subject).aggregate(last=Max("version"))["last"]
        row = SubjectVersion.objects.create(subject=subject, version=(last or 0) + 1, schema=schema)
    return _registered(row)


def find(subject: str, text: str, format_: str) -> Registered | None:
    """This finds a schema under a subject; None where it is not there."""
    row = (
        _rows(subject)
        .filter(schema__fingerprint=_fingerprint(_canonical(text, format_), format_))
        .first()
    )
    return _registered(row) if row else None


def judge(subject: str, text: str, format_: str, *, version: str = "") -> list[str]:
    """This says what a schema would break of a subject; nothing where it fits.

    Args:
        version: judge against this one alone; by default as the subject's mode has it.
    """
    if version:
        history = [version_of(subject, version)]
    else:
        history = [_registered(row) for row in _rows(subject).order_by("-version")]
    if any(one.format != format_ for one in history):
        return [f"{subject} holds {history[0].format}, not {format_}"]
    texts = [one.text for one in history]
    return complaints(_canonical(text, format_), texts, mode_of(subject), avro=format_ == "AVRO")


def subjects() -> list[str]:
    """This gives all subjects that have a version, sorted."""
    rows = SubjectVersion.objects.filter(deleted=False)
    return sorted(rows.values_list("subject", flat=True).distinct())


def versions(subject: str) -> list[int]:
    """This gives the versions of a subject. Raises: RegistryError."""
    found = sorted(_rows(subject).values_list("version", flat=True))
    if not found:
        raise RegistryError(40401, f"Subject '{subject}' not found.")
    return found


def version_of(subject: str, version: str) -> Registered:
    """This gives one version, or ``latest``. Raises: RegistryError."""
    known = versions(subject)
    if version in ("latest", "-1"):
        version = str(known[-1])
    if not version.isdigit() or int(version) == 0:
        raise RegistryError(42202, f"The specified version '{version}' is not a valid version id.")
    if int(version) not in known:
        raise RegistryError(40402, f"Version {version} not found.")
    return _registered(_rows(subject).get(version=int(version)))


def schema_by_id(schema_id: int) -> RegisteredSchema:
    """This gives a schema, also one of deleted versions: messages refer to it. Raises:
    RegistryError."""
    found = RegisteredSchema.objects.filter(pk=schema_id).first()
    if found is None:
        raise RegistryError(40403, f"Schema {schema_id} not found")
    return found


def uses_of(schema_id: int) -> list[tuple[str, int]]:
    """This gives the subjects and versions of a schema. Raises: RegistryError."""
    rows = schema_by_id(schema_id).versions.filter(deleted=False).order_by("subject", "version")
    return list(rows.values_list("subject", "version"))


def delete(subject: str, chosen: Iterable[int]) -> list[int]:
    """This deletes versions of a subject; their ids stay."""
    gone = sorted(chosen)
    _rows(subject).filter(version__in=gone).update(deleted=True)
    return gone


def mode_of(subject: str) -> Mode:
    """This gives the mode of a subject: its own, or that of all."""
    rows = SubjectMode.objects.filter(subject__in=[subject, ""])
    said = dict(rows.values_list("subject", "compatibility"))
    return Mode(said.get(subject) or said.get("") or DEFAULT_MODE)


def own_mode(subject: str) -> Mode | None:
    """This gives the mode that was set for the subject itself; None without one."""
    row = SubjectMode.objects.filter(subject=subject).first()
    return Mode(row.compatibility) if row else None


def set_mode(subject: str, mode: str) -> Mode:
    """This sets a subject's mode; of all for "". Raises: RegistryError."""
    try:
        known = Mode(mode.upper())
    except ValueError:
        raise RegistryError(42203, f"Invalid compatibility level {mode!r}") from None
    SubjectMode.objects.update_or_create(subject=subject, defaults={"compatibility": known})
    return known


def unset_mode(subject: str) -> None:
    """This has a subject follow the mode of all."""
    SubjectMode.objects.filter(subject=subject).delete()


def _rows(subject: str) -> QuerySet[SubjectVersion]:
    return SubjectVersion.objects.select_related("schema").filter(subject=subject, deleted=False)


def _registered(row: SubjectVersion) -> Registered:
    return Registered(
        subject=row.subject,
        version=row.version,
        schema_id=row.schema_id,
        format=row.schema.format,
        text=row.schema.text,
    )


def _canonical(text: str, format_: str) -> str:
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise RegistryError(42201, f"Invalid schema: {error}") from error
    if format_ == "AVRO":
        import avro.schema
        import fastavro

        try:
            fastavro.parse_schema(schema)
            # Stricter in places, and what judges: it has to know both schemas.
            avro.schema.parse(text)
        except Exception as error:  # whatever a foreign package raises, the schema is invalid
            raise RegistryError(42201, f"Invalid Avro schema: {error}") from error
    elif not isinstance(schema, dict | bool):
        raise RegistryError(42201, "Invalid schema: neither an object nor a boolean")
    return json.dumps(schema, sort_keys=format_ != "AVRO", ensure_ascii=False)


def _fingerprint(canonical: str, format_: str) -> str:
    return hashlib.sha256(f"{format_}\n{canonical}".encode()).hexdigest()
