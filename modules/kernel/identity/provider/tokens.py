"""The hooks of django-oauth-toolkit: what a token says, how much it gives leave to, its end."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import (
    get_access_token_model,
    get_grant_model,
    get_refresh_token_model,
)
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from modules.kernel.contracts import PrincipalKind
from modules.kernel.identity.issuing import LIFETIME_SECONDS, issuing
from modules.kernel.identity.models import RevokedToken, subject_of

OPENID = "openid"


def access_token(request: Any) -> str:
    """This gives the token for a request of oauthlib that has been found good."""
    client = request.client
    user = getattr(request, "user", None)
    return issuing().token(
        subject=subject_of(user) if user else client.client_id,
        scopes=request.scopes,
        kind=PrincipalKind.CUSTOMER if user else PrincipalKind.PARTNER,
        client_id=client.client_id,
        plan=client.plan,
        lifetime_seconds=LIFETIME_SECONDS,
    )


class ClientScopes(BaseScopes):  # type: ignore[misc]  # it has no types
    """This gives each program the scopes that it was registered with, and no others."""

    def get_all_scopes(self) -> dict[str, str]:
        return {**settings.QUARRY_SCOPES, OPENID: "Know who you are here"}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return [*application.scopes.split(), OPENID] if application else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.scopes.split()) if application else []


class Validator(OAuth2Validator):  # type: ignore[misc]  # it has no types
    """This says who a person is, and remembers which tokens were taken back."""

    oidc_claim_scope = None

    def get_claim_dict(self, request: Any) -> dict[str, Any]:
        return {"sub": subject_of(request.user)}

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """This refuses the code of somebody whose account was closed since."""
        is_good = super().validate_code(client_id, code, client, request, *args, **kwargs)
        return bool(is_good and request.user.is_active)

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """This refuses what somebody was given whose account was closed since."""
        is_good = super().validate_refresh_token(refresh_token, client, request, *args, **kwargs)
        return bool(is_good and request.user.is_active)

    def revoke_token(
        self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        """This takes a token back, and the access token that came with a refresh token."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        of_client = {"token_checksum": digest, "application": request.client}
        digests = set(
            get_access_token_model()
            .objects.filter(**of_client)
            .values_list("token_checksum", flat=True)
        ) | set(
            get_refresh_token_model()
            .objects.filter(**of_client, access_token__isnull=False)
            .values_list("access_token__token_checksum", flat=True)
        )
        with transaction.atomic():
            _refuse(digests)
            super().revoke_token(token, token_type_hint, request, *args, **kwargs)


def take_back_all_of(user: object) -> None:
    """This takes back all that programs were given for a person; they have to be let in anew."""
    now = timezone.now()
    given = get_access_token_model().objects.filter(user=user, expires__gt=now)
    with transaction.atomic():
        get_grant_model().objects.filter(user=user).delete()
        get_refresh_token_model().objects.filter(user=user, revoked=None).update(revoked=now)
        _refuse(given.values_list("token_checksum", flat=True))


def _refuse(digests: Iterable[str]) -> None:
    now = timezone.now()
    until = now + timedelta(seconds=LIFETIME_SECONDS + 60)
    RevokedToken.objects.filter(expires_at__lt=now).delete()
    RevokedToken.objects.bulk_create(
        (RevokedToken(digest=one, expires_at=until) for one in digests), ignore_conflicts=True
    )
