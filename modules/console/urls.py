from django.urls import URLPattern, URLResolver, include, path

from modules.console.views import (
    calls,
    contracts,
    figures,
    messages,
    moves,
    orders,
    saga_actions,
    sagas,
    settling,
    stock,
    system_map,
)

#: A message set aside is named by consumer, log and position.
_MESSAGE = "console/messages/set-aside/<str:consumer>/<str:source>/<int:position>"

#: A saga is named by its definition's name and its instance's id.
_SAGA = "console/sagas/<str:saga>/<path:instance_id>"

_pages: list[URLPattern | URLResolver] = [
    path("console/", system_map.show, name="map"),
    path("console/orders", orders.every, name="orders"),
    path("console/orders/<str:order_id>", orders.one, name="order"),
    path("console/figures", figures.show, name="figures"),
    path("console/contracts", contracts.every, name="contracts"),
    path("console/stock", stock.every, name="stock"),
    path("console/calls", calls.every, name="calls"),
    path("console/moves", moves.every, name="moves"),
    path("console/sagas", sagas.every, name="sagas"),
    path(f"{_SAGA}/steps/<str:step>/retry", saga_actions.retry, name="saga_retry"),
    path(f"{_SAGA}/steps/<str:step>/settle", saga_actions.settle, name="saga_settle"),
    path(f"{_SAGA}/cancel", saga_actions.cancel, name="saga_cancel"),
    path(_SAGA, sagas.one, name="saga"),
    path("console/messages", messages.consumers, name="messages"),
    path("console/messages/set-aside", messages.set_aside, name="set_aside"),
    path("console/messages/actions", messages.actions, name="actions"),
    path(_MESSAGE, messages.one, name="message"),
    path(f"{_MESSAGE}/retry", settling.retry, name="retry"),
    path(f"{_MESSAGE}/drop", settling.drop, name="drop"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_pages, "console"))),
]
