from xml.etree import ElementTree

from django.test import Client

from modules.gateway.web.product_art import draw_product


class TestProductArt:
    def test_draws_the_same_names_alike_and_others_differently(self) -> None:
        mug = draw_product(category="kitchen", sku="MUG")
        assert mug == draw_product(category="kitchen", sku="MUG")
        assert mug != draw_product(category="kitchen", sku="BOWL")
        assert mug != draw_product(category="garden", sku="MUG")

    def test_is_well_formed_for_every_motif(self) -> None:
        for number in range(40):
            ElementTree.fromstring(draw_product(category="any", sku=f"SKU-{number}"))

    def test_is_served_as_a_picture_that_may_be_kept(self, client: Client) -> None:
        response = client.get("/shop/art/kitchen/MUG.svg")
        assert response.headers["Content-Type"] == "image/svg+xml"
        assert "max-age=86400" in response.headers["Cache-Control"]
