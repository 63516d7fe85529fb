"""What is read of a module that goes: neighbours by its imports, callers by their manifests."""

from pathlib import Path

import pytest

from modules.kernel.extraction.writing.facts import NotSelfContained, gather

FILES = {
    "modules/gifts/module.toml": 'name="gifts"\ntitle=""\nsummary=""\nprovides=["Gifts"]\n'
    'requires=["stock.Stock"]',
    "modules/gifts/use_cases.py": "from modules.stock.contracts import Stock",
    "modules/gifts/tests/test_gifts.py": "def test():\n    import modules.mail.contracts",
    "modules/stock/module.toml": 'name="stock"\ntitle=""\nsummary=""',
    "modules/stock/contracts/__init__.py": "from modules.place.contracts import Place",
    "modules/stock/models.py": "from modules.paper.contracts import Paper",
    "modules/place/module.toml": 'name="place"\ntitle=""\nsummary=""\nrequires=["gifts.Gifts"]',
    "modules/mail/module.toml": 'name="mail"\ntitle=""\nsummary=""',
    "modules/paper/module.toml": 'name="paper"\ntitle=""\nsummary=""',
}
MODULES = ("gifts", "stock", "place", "mail", "paper")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


class TestGather:
    def test_finds_whose_contracts_are_imported_and_whose_those_import(self, root: Path) -> None:
        facts = gather("gifts", root=root, all_modules=MODULES, front="mail", broker="kafka")
        assert facts.neighbours == ("mail", "place", "stock")
        assert facts.asks == ("stock",)
        assert facts.callers == ("place:gifts.Gifts",)
        assert facts.believed == ("mail", "place")

    @pytest.mark.parametrize("path", ["modules/gifts/use_cases.py", "modules/gifts/tests/a.py"])
    def test_refuses_a_module_that_uses_more_of_others(self, root: Path, path: str) -> None:
        (root / path).write_text("\nfrom modules.stock.models import Shelf")
        with pytest.raises(NotSelfContained, match=rf"{path}:2 imports modules.stock.models"):
            gather("gifts", root=root, all_modules=MODULES, front="mail", broker="kafka")
