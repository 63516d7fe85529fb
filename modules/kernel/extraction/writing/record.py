"""What was written last, kept in the service: the base of the next three-way update."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from modules.kernel.extraction.writing.plan import Files

_FOLDER = Path(".quarry")
_SERVICE = _FOLDER / "service.json"
_BASE = _FOLDER / "base.zip"
#: The same bytes for the same files, whenever they are written.
_MOMENT = (1980, 1, 1, 0, 0, 0)


class NoRecord(ValueError):
    """This says that a folder is no service that `extract` has written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """This is what was written last.

    Attributes:
        conflicts: what an update wanted to change and could not, as the hash of the new text.
    """

    module: str
    broker: str
    files: Files
    conflicts: dict[str, str] = field(default_factory=dict)


def write_record(record: Record, *, folder: Path) -> None:
    """This writes it into the service."""
    (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
    told = {"module": record.module, "broker": record.broker, "conflicts": record.conflicts}
    (folder / _SERVICE).write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(record.files.items()):
            entry = zipfile.ZipInfo(path.as_posix(), _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    (folder / _BASE).write_bytes(packed.getvalue())


def read_record(folder: Path) -> Record:
    """This reads it. Raises: NoRecord."""
    try:
        told = json.loads((folder / _SERVICE).read_text())
        with zipfile.ZipFile(folder / _BASE) as archive:
            files = {Path(name): archive.read(name) for name in archive.namelist()}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise NoRecord(
            f"{folder} has no readable {_FOLDER}, in which `extract` keeps what it has written: "
            f"name the folder of a service, and restore {_FOLDER} from its history ({error})"
        ) from error
    return Record(
        module=told["module"], broker=told["broker"], files=files, conflicts=told["conflicts"]
    )
