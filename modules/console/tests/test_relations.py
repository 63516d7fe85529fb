from modules.console.domain.relations import Relation, RelationKind, relations
from modules.kernel.manifests.manifest import Manifest


def manifest(name: str, **more: tuple[str, ...]) -> Manifest:
    return Manifest(name=name, title=name.title(), summary="", **more)  # type: ignore[arg-type]  # no routes here


SHOP = manifest(
    "shop",
    sends=("till.take_money", "till.give_back"),
    consumes=("till.money_taken", "shop.own_note"),
    requires=("till.Till",),
)
TILL = manifest("till", publishes=("till.money_taken",), consumes=("till.take_money",))


class TestRelations:
    def test_gives_one_relation_for_each_kind_between_two_modules(self) -> None:
        assert set(relations([SHOP, TILL])) == {
            Relation(
                kind=RelationKind.COMMANDS,
                source="shop",
                target="till",
                names=("take_money", "give_back"),
            ),
            Relation(
                kind=RelationKind.EVENTS, source="till", target="shop", names=("money_taken",)
            ),
            Relation(kind=RelationKind.CALLS, source="shop", target="till", names=("Till",)),
        }

    def test_leaves_out_modules_that_are_not_installed(self) -> None:
        assert relations([SHOP]) == ()

    def test_leaves_out_what_a_module_says_to_itself(self) -> None:
        own = manifest("own", publishes=("own.noted",), consumes=("own.noted",))
        assert relations([own]) == ()

    def test_puts_who_depends_on_whom_first(self) -> None:
        assert {relation.above_below for relation in relations([SHOP, TILL])} == {("shop", "till")}
