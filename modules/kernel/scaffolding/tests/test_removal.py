"""Taking modules out: what is refused. What goes is seen by the tests of the command."""

from pathlib import Path

import pytest

from modules.kernel.scaffolding import Needed, make_removal

MANIFEST = 'name = "{name}"\ntitle = "T"\nsummary = "S"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """This is a repository with gifts, and with cards, which hear of them."""
    for name, more in (("gifts", ""), ("cards", 'consumes = ["gifts.gift_given"]\n')):
        folder = tmp_path / "modules" / name
        folder.mkdir(parents=True)
        (folder / "module.toml").write_text(MANIFEST.format(name=name) + more)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["gifts"], "cards needs gifts.gift_given: take that out of it first"),
        (["gfits"], "there is no module 'gfits'"),
        (["cards", "gifts"], "no module would be left"),
    ],
)
def test_a_removal_is_refused(root: Path, names: list[str], why: str) -> None:
    with pytest.raises(Needed, match=why):
        make_removal(names, root=root, modules=["gifts", "cards"])
