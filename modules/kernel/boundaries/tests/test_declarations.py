"""A manifest and its module's code are compared in both directions."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from rest_framework.views import APIView

from modules.kernel.boundaries.declarations import differences
from modules.kernel.boundaries.routes import routes_of
from modules.kernel.manifests import Manifest, Route


class TestDifferences:
    def test_are_none_where_manifest_and_code_agree(self) -> None:
        declared = Manifest(
            name="shop",
            title="Shop",
            summary="Sells.",
            consumes=("stock.counted", "shop.sell"),
            routes=(Route(path="shop/<str:item>", methods=("PUT", "GET")),),
        )
        done = Manifest(
            name="shop",
            title="Shop",
            summary="Sells.",
            consumes=("shop.sell", "stock.counted"),
            routes=(Route(path="shop/<item>", methods=("GET", "PUT")),),
        )

        assert not list(differences(declared, done))

    def test_name_what_is_done_and_not_declared(self) -> None:
        declared = Manifest(name="shop", title="Shop", summary="Sells.")
        done = Manifest(name="shop", title="Shop", summary="Sells.", sends=("stock.count",))

        [found] = differences(declared, done)

        assert found.edge == "undeclared-sends: modules.shop -> stock.count"
        assert found.detail == (
            "shop does it and does not say so: stock.count; add it to sends in module.toml"
        )

    def test_name_what_is_declared_and_not_done(self) -> None:
        declared = Manifest(name="shop", title="Shop", summary="Sells.", requires=("stock.Stock",))
        done = Manifest(name="shop", title="Shop", summary="Sells.")

        [found] = differences(declared, done)

        assert found.edge == "unused-requires: modules.shop -> stock.Stock"
        assert found.detail == (
            "shop says it only: stock.Stock; take it out of requires in module.toml"
        )

    def test_tell_methods_of_one_path_apart(self) -> None:
        declared = Manifest(
            name="shop", title="", summary="", routes=(Route(path="shop", methods=("GET",)),)
        )
        done = Manifest(
            name="shop", title="", summary="", routes=(Route(path="shop", methods=("POST",)),)
        )

        assert [found.edge for found in differences(declared, done)] == [
            "undeclared-routes: modules.shop -> POST /shop",
            "unused-routes: modules.shop -> GET /shop",
        ]


class Page(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Resource(APIView):
    def put(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def delete(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


@never_cache
@require_http_methods(["POST"])
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def anything(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class TestRoutesOf:
    def test_reads_the_methods_of_each_kind_of_view(self) -> None:
        patterns: list[URLPattern | URLResolver] = [
            path("page", Page.as_view()),
            path("resource/<uuid:id>", Resource.as_view()),
            path("form", form),
            path("anything", anything),
        ]

        assert methods_by_path(patterns) == {
            "anything": (),
            "form": ("POST",),
            "page": ("GET",),
            "resource/<id>": ("DELETE", "PUT"),
        }

    def test_follows_includes_from_the_root(self) -> None:
        inner: list[URLPattern | URLResolver] = [path("<int:number>/page", Page.as_view())]

        assert methods_by_path([path("shop/", include(inner))]) == {"shop/<number>/page": ("GET",)}

    def test_joins_views_that_share_a_path(self) -> None:
        views: tuple[Callable[..., HttpResponseBase], ...] = (Page.as_view(), form)

        assert methods_by_path([path("both", view) for view in views]) == {"both": ("GET", "POST")}


def methods_by_path(patterns: list[URLPattern | URLResolver]) -> dict[str, tuple[str, ...]]:
    return {route.path: route.methods for route in routes_of(patterns)}
