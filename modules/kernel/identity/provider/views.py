"""Giving tokens, and what the provider publishes of itself: its endpoints and its public keys."""

from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from oauth2_provider.views import TokenView

from modules.kernel.identity.issuing import ALGORITHM, issuing
from modules.kernel.identity.keys import SigningKeysMissing
from modules.kernel.identity.provider.tokens import ClientScopes

_AN_HOUR = 3_600

#: By nothing are those that ask in the name of people: what runs there can keep no secret.
_CLIENTS_SAY_WHO_THEY_ARE_BY = ["client_secret_basic", "client_secret_post", "none"]

_logger = structlog.get_logger("quarry.identity")


class TokenGivingView(TokenView):  # type: ignore[misc]  # it has no types
    """The tokens for a program that has said who it is."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """This gives them, or says that none are given out as long as no key is there to sign."""
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)
        except SigningKeysMissing as error:
            # Whom to ask is in the log: where keys are is nothing for a client.
            _logger.error("signing_keys_missing", reason=str(error))
            said = {
                "error": "temporarily_unavailable",
                "error_description": "no tokens are given out at the moment",
            }
            return JsonResponse(said, status=503, headers={"Cache-Control": "no-store"})
        return answer


@require_GET
@cache_control(public=True, max_age=_AN_HOUR)
def discovery(request: HttpRequest) -> JsonResponse:
    """This describes the provider (OpenID Connect Discovery 1.0)."""
    issuer = settings.QUARRY_ISSUER.rstrip("/")
    at = {
        "authorization_endpoint": "oauth2_provider:authorize",
        "token_endpoint": "oauth2_provider:token",
        "revocation_endpoint": "oauth2_provider:revoke-token",
        "jwks_uri": "oauth2_provider:jwks-info",
    }
    return JsonResponse(
        {
            "issuer": settings.QUARRY_ISSUER,
            **{name: issuer + reverse(view) for name, view in at.items()},
            "scopes_supported": sorted(ClientScopes().get_all_scopes()),
            "response_types_supported": ["code"],
            "grant_types_supported": [
                "authorization_code",
                "client_credentials",
                "refresh_token",
            ],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": _CLIENTS_SAY_WHO_THEY_ARE_BY,
            "revocation_endpoint_auth_methods_supported": _CLIENTS_SAY_WHO_THEY_ARE_BY,
            "authorization_response_iss_parameter_supported": True,
        }
    )


@require_GET
@cache_control(public=True, max_age=300)
def public_keys(request: HttpRequest) -> JsonResponse:
    """This gives the keys that tokens of this installation are verified with (a JWK Set)."""
    return JsonResponse(issuing().keys.published())
