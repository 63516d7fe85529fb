"""Source of invented modules, written to a folder and read as that of real ones is."""

from pathlib import Path

from modules.kernel.boundaries.source import SourceFile, source_files


def sources(root: Path, texts: dict[str, str]) -> dict[str, tuple[SourceFile, ...]]:
    """This writes files by their path below ``modules/`` and gives them by module."""
    for name, text in texts.items():
        path = root / "modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    modules = sorted({name.partition("/")[0] for name in texts})
    return {one: source_files(f"modules.{one}", root / "modules" / one) for one in modules}
