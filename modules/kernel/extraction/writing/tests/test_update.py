"""An update: three-way, and never over what was changed by hand."""

from pathlib import Path

import pytest

from modules.kernel.extraction.writing.record import (
    NoRecord,
    Record,
    read_record,
    write_record,
)
from modules.kernel.extraction.writing.update import Outcome, carry_out, update, write_file

FILE = Path("modules/kernel/log.py")
BASE = b"one\ntwo\nthree\nfour\nfive\nsix\n"
FIRST_CHANGED = BASE.replace(b"one", b"ONE")
LAST_CHANGED = BASE.replace(b"six", b"SIX")
FIRST_OTHERWISE = BASE.replace(b"one", b"first")


class Service:
    """This is a service that was written with `BASE`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / FILE
        self.reject = folder / f"{FILE}.rej"
        write_file(self.file, BASE)
        write_record(Record(module="gifts", broker="kafka", files={FILE: BASE}), folder=folder)

    def update(self, theirs: bytes | None) -> Outcome | None:
        """This brings it up to date and gives what became of the one file."""
        record = read_record(self.folder)
        files = {FILE: theirs} if theirs is not None else {}
        updates = update(record, files, folder=self.folder)
        carry_out(updates, record, files, folder=self.folder)
        return updates[0].outcome if updates else None


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


class TestUpdate:
    def test_writes_what_nobody_has_touched(self, service: Service) -> None:
        assert service.update(FIRST_CHANGED) is Outcome.WRITTEN
        assert service.file.read_bytes() == FIRST_CHANGED
        assert service.update(FIRST_CHANGED) is None

    def test_keeps_what_was_changed_by_hand_alone(self, service: Service) -> None:
        service.file.write_bytes(LAST_CHANGED)
        assert service.update(BASE) is Outcome.KEPT
        assert service.file.read_bytes() == LAST_CHANGED

    def test_puts_changes_of_both_together(self, service: Service) -> None:
        service.file.write_bytes(LAST_CHANGED)
        assert service.update(FIRST_CHANGED) is Outcome.MERGED
        assert service.file.read_bytes() == b"ONE\ntwo\nthree\nfour\nfive\nSIX\n"

    def test_removes_what_is_gone_and_was_not_touched(self, service: Service) -> None:
        assert service.update(None) is Outcome.REMOVED
        assert not service.file.exists()

    def test_leaves_what_was_removed_by_hand(self, service: Service) -> None:
        service.file.unlink()
        assert service.update(BASE) is Outcome.KEPT
        assert not service.file.exists()


class TestConflict:
    def test_leaves_the_file_and_says_what_was_to_change(self, service: Service) -> None:
        service.file.write_bytes(FIRST_OTHERWISE)
        assert service.update(FIRST_CHANGED) is Outcome.CONFLICT
        assert service.file.read_bytes() == FIRST_OTHERWISE
        assert "-one\n+ONE\n" in service.reject.read_text()

    def test_comes_again_until_the_reject_is_deleted(self, service: Service) -> None:
        service.file.write_bytes(FIRST_OTHERWISE)
        service.update(FIRST_CHANGED)
        assert service.update(FIRST_CHANGED) is Outcome.CONFLICT
        service.reject.unlink()
        assert service.update(FIRST_CHANGED) is Outcome.KEPT
        assert service.file.read_bytes() == FIRST_OTHERWISE
        # What changes later is merged on top of what was settled.
        assert service.update(FIRST_CHANGED.replace(b"six", b"SIX")) is Outcome.MERGED
        assert service.file.read_bytes() == FIRST_OTHERWISE.replace(b"six", b"SIX")

    @pytest.mark.parametrize("theirs", [FIRST_CHANGED, None])
    def test_is_found_where_one_side_has_removed_it(
        self, service: Service, theirs: bytes | None
    ) -> None:
        if theirs is None:
            service.file.write_bytes(FIRST_OTHERWISE)
        else:
            service.file.unlink()
        assert service.update(theirs) is Outcome.CONFLICT
        assert service.file.exists() == (theirs is None)

    def test_is_found_where_both_have_made_the_file(self, service: Service) -> None:
        new = Path("modules/kernel/new.py")
        write_file(service.folder / new, b"by hand\n")
        record = read_record(service.folder)
        files = {FILE: BASE, new: b"by the kernel\n"}
        [found] = update(record, files, folder=service.folder)
        assert found.outcome is Outcome.CONFLICT
        carry_out((found,), record, files, folder=service.folder)
        assert (service.folder / new).read_bytes() == b"by hand\n"


class TestRecord:
    def test_is_the_same_for_the_same_files(self, tmp_path: Path) -> None:
        record = Record(module="gifts", broker="kafka", files={FILE: BASE, Path("a"): b"\0"})
        folders = (tmp_path / "one", tmp_path / "two")
        for folder in folders:
            write_record(record, folder=folder)
            assert read_record(folder) == record
        one, two = ((folder / ".quarry" / "base.zip").read_bytes() for folder in folders)
        assert one == two

    def test_that_is_missing_or_torn_is_told(self, service: Service, tmp_path: Path) -> None:
        with pytest.raises(NoRecord, match="name the folder of a service"):
            read_record(tmp_path / "elsewhere")
        (service.folder / ".quarry" / "base.zip").write_bytes(b"PK torn")
        with pytest.raises(NoRecord, match="restore"):
            read_record(service.folder)
