"""Names of modules: the forms they take, and which are refused with a reason."""

import pytest

from modules.kernel.scaffolding import BadModuleName, ModuleName


class TestAModuleName:
    def test_appears_in_four_forms(self) -> None:
        name = ModuleName("gift_cards")
        assert (name.module, name.class_name, name.title, name.path) == (
            "gift_cards",
            "GiftCards",
            "Gift cards",
            "gift-cards",
        )

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("", "not a module's name"),
            ("GiftCards", "not a module's name"),
            ("gift-cards", "not a module's name"),
            ("gift__cards", "not a module's name"),
            ("2nd", "not a module's name"),
            ("../gifts", "not a module's name"),
            ("gifts\n", "not a module's name"),
            ("a" * 25, "longer than 24"),
            ("class", "a word of Python"),
            ("none", "a word of Python"),
            ("kernel", "reserved"),
            ("record_entry", "reserved"),
        ],
    )
    def test_is_refused_where_it_would_not_work(self, name: str, why: str) -> None:
        with pytest.raises(BadModuleName, match=why):
            ModuleName(name)

    def test_is_refused_where_an_app_has_it(self) -> None:
        with pytest.raises(BadModuleName, match="'sessions' is taken"):
            ModuleName("sessions").refuse_if_taken({"sessions"})
