"""A copy of the repository in which rules can be broken, so that the real rules are seen biting.

The copy has the real importlinter.ini, the real settings and the real modules; a plant is
text appended to one of its files, or a new file.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("modules", "config", "manage.py", "importlinter.ini", "pyproject.toml", "compose.yaml")


@dataclass(frozen=True, kw_only=True)
class Plant:
    """This is a violation and the words with which it must be refused.

    Attributes:
        path: file that it is appended to, from the root; made where there is none.
        refusal: a part of the refusing tool's output that names this violation and no other.
    """

    path: str
    code: str
    refusal: str


def copy_of_the_repository(to: Path, *beside: str) -> Path:
    """This copies what the checks read, and what is named beside it; gives the copy's folder."""
    for name in (*_COPIED, *beside):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)
    return to


def plant(root: Path, path: str, code: str) -> None:
    """This appends the code to the file, and makes the file and its packages where needed.

    Where ``models.py`` has grown into a package, the code goes into its ``__init__.py``.
    """
    file = root / path
    if file.with_suffix("").is_dir():
        file = file.with_suffix("") / "__init__.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder in file.parents if file.suffix == ".py" else ():
        if folder == root or folder.parent == root:
            break
        (folder / "__init__.py").touch()
    present = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(f"{present}\n{code}", encoding="utf-8")


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """This runs a Python tool in the copy, on nothing but the copy."""
    return _in_the_copy(root, sys.executable, *command)


def make(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """This runs a target of the copy's Makefile, with the tools of this environment."""
    return _in_the_copy(root, "make", *arguments, f"VENV={sys.prefix}")


def git(root: Path, *arguments: str) -> None:
    """This runs git in the copy, as somebody who is nobody."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@quarry.example")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)


def release(root: Path) -> None:
    """This commits the copy on a main of its own, whose contracts are the released ones."""
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=Release")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """This runs ``lint-imports --config importlinter.ini`` in the copy."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return run(root, "-c", command, "--config", "importlinter.ini", "--no-cache", "--no-logo")


def environment_of(root: Path) -> dict[str, str]:
    """This gives the environment in which commands see the copy and nothing else."""
    return os.environ | {
        "PYTHONPATH": str(root),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "QUARRY_VAR": str(root / "var"),
        "COLUMNS": "300",
        "NO_COLOR": "1",
    }


def _in_the_copy(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = environment_of(root)
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
