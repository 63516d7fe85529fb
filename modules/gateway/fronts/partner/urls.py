from django.urls import path

from modules.gateway.fronts.partner import orders, webhooks

app_name = "partner"

urlpatterns = [
    path("orders", orders.PartnerOrdersView.as_view(), name="orders"),
    path("orders/<str:order_id>", orders.PartnerOrderView.as_view(), name="order"),
    path(
        "orders/<str:order_id>/cancel",
        orders.PartnerOrderCancelView.as_view(),
        name="order-cancel",
    ),
    path("imports", orders.PartnerImportsView.as_view(), name="imports"),
    path("imports/<str:import_id>", orders.PartnerImportView.as_view(), name="import"),
    path("webhooks", webhooks.PartnerEndpointsView.as_view(), name="webhooks"),
    path("webhooks/<str:endpoint_id>", webhooks.PartnerEndpointView.as_view(), name="webhook"),
    path("webhooks/<str:endpoint_id>/secret", webhooks.PartnerSecretView.as_view(), name="secret"),
    path(
        "webhooks/<str:endpoint_id>/deliveries",
        webhooks.PartnerDeliveriesView.as_view(),
        name="deliveries",
    ),
    path("webhooks/<str:endpoint_id>/replay", webhooks.PartnerReplayView.as_view(), name="replay"),
]
