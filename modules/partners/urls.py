"""Partners speaks to nobody over HTTP itself: its API is the gateway's partner front end."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
