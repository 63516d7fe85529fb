"""The kernel is what every system can be built on: it knows no word of this one."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from modules.kernel.boundaries.source import SourceFile, source_files
from tests.architecture.planting import ROOT

FILES = {file.name: file for file in source_files("modules.kernel", ROOT / "modules" / "kernel")}
#: A module's name alone, in a wire name, a table's name or a dotted path; in no sentence.
OF_A_MODULE = re.compile(rf"(modules\.)?({'|'.join(settings.QUARRY_ALL_MODULES)})([._]\w+)*")


def business_words(file: SourceFile) -> list[str]:
    """This gives the strings of a file that name something of a business module."""
    return [f"{file.path}:{line}: {text}" for text, line in file.strings() if names(text)]


def names(text: str) -> bool:
    return OF_A_MODULE.fullmatch(text) is not None


class TestKernel:
    @pytest.mark.parametrize("name", FILES)
    def test_knows_no_business_word(self, name: str) -> None:
        assert business_words(FILES[name]) == []

    def test_would_be_found_out(self, tmp_path: Path) -> None:
        path = tmp_path / "planted.py"
        module = settings.QUARRY_ALL_MODULES[0]
        path.write_text(f'PARKED = {{"{module}.it_happened", "{module}_row", "parked"}}')

        found = business_words(SourceFile("planted", "", path))

        assert [line.rpartition(" ")[2] for line in found] == [
            f"{module}.it_happened",
            f"{module}_row",
        ]
