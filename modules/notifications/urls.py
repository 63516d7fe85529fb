from django.urls import URLPattern, URLResolver, path

from modules.notifications.views import NotificationsView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/notifications", NotificationsView.as_view(), name="notifications"),
]
