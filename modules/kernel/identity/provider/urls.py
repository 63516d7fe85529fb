"""The provider's paths, from the root; only where the front is."""

from django.urls import path
from oauth2_provider.views import AuthorizationView, RevokeTokenView

from modules.kernel.identity.provider import views

#: As django-oauth-toolkit reverses them.
app_name = "oauth2_provider"

urlpatterns = [
    path("oauth/authorize", AuthorizationView.as_view(), name="authorize"),
    path("oauth/token", views.TokenGivingView.as_view(), name="token"),
    path("oauth/revoke", RevokeTokenView.as_view(), name="revoke-token"),
    path(".well-known/openid-configuration", views.discovery, name="oidc-connect-discovery-info"),
    path(".well-known/jwks.json", views.public_keys, name="jwks-info"),
]
