"""Who has an account, which programs may ask for tokens, and which tokens were taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from jwcrypto import jwk
from oauth2_provider.models import AbstractApplication

from modules.kernel.contracts import new_id


class Account(models.Model):
    """This gives a user of Django the id that everybody else knows them by.

    It says nothing of the person, and stays when the user is renamed.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account"
    )
    subject = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.subject


def subject_of(user: object, *, wanted: str = "") -> str:
    """This gives the id that a user is known by.

    Args:
        wanted: for one that has none yet: what they have been known by as a guest, unless
            somebody else is known by it meanwhile.
    """
    if wanted and Account.objects.filter(subject=wanted).exists():
        wanted = ""
    subject = wanted or str(new_id())
    return Account.objects.get_or_create(user=user, defaults={"subject": subject})[0].subject


class Client(AbstractApplication):  # type: ignore[misc]  # it has no types
    """This is a program that may ask for tokens.

    Attributes:
        scopes: the most that it is given, separated by spaces.
        plan: the limits that it, or whoever uses it, is under; empty for the usual ones.
    """

    scopes: models.TextField[str, str] = models.TextField(default="", blank=True)
    plan: models.CharField[str, str] = models.CharField(max_length=40, default="", blank=True)

    @property
    def jwk_key(self) -> jwk.JWK:
        """This is the key that ID tokens are signed with: the installation's."""
        from modules.kernel.identity.issuing import issuing

        return jwk.JWK.from_pem(issuing().keys.signing().as_pem(private=True))


class RevokedToken(models.Model):
    """This is an access token that was taken back before its end, by its digest."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest
