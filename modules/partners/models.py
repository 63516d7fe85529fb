"""The tables of partners: endpoints, what was delivered to them, and imports."""

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.utils.encoding import force_bytes


class SealedField(models.TextField):  # type: ignore[type-arg]  # not subscriptable when run
    """This is a text that the database has encrypted only, such as the secret of an endpoint.

    Sealed with `SECRET_KEY`, or `QUARRY_PERSONAL_DATA_KEY` where there is one; opened with these
    and with `SECRET_KEY_FALLBACKS`.
    """

    def get_prep_value(self, value: Any) -> Any:
        return _sealing().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return _sealing().decrypt(value.encode()).decode() if value else value


def _sealing() -> MultiFernet:
    keys = (settings.QUARRY_PERSONAL_DATA_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = [hashlib.sha256(b"partners:" + force_bytes(key)).digest() for key in keys if key]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class Endpoint(models.Model):
    """This is where a partner wants to be told.

    Attributes:
        partner: the subject of the partner's tokens, and the customer of its orders.
        previous_secret: signs too, until `previous_until`.
        failures: attempts that failed in a row; `failing_since` is when the first of them did.
        resting_until: it is left alone until then.
    """

    class State(models.TextChoices):
        ENABLED = "enabled"
        DISABLED = "disabled"

    id = models.UUIDField(primary_key=True)
    partner = models.CharField(max_length=200)
    url = models.CharField(max_length=500)
    event_types = models.JSONField(default=list)
    secret = SealedField()
    previous_secret = SealedField(default="")
    previous_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.ENABLED)
    reason = models.CharField(max_length=200, default="")
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["partner", "id"], name="partners_endpoint_partner"),)

    def __str__(self) -> str:
        return f"{self.url} of {self.partner} ({self.state})"


class Order(models.Model):
    """This is an order of a partner that had an endpoint when it was placed."""

    id = models.UUIDField(primary_key=True)
    partner = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.id} of {self.partner}"


class Delivery(models.Model):
    """This is one event for one endpoint.

    Attributes:
        message_id: of the event in the log.
        body: what is sent, to the byte, in every attempt.
        failing_since: when the first attempt failed, since it was last to be sent.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        HELD = "held"

    id = models.UUIDField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.UUIDField()
    event_type = models.CharField(max_length=30)
    order_id = models.UUIDField()
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    last_status = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, default="")
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["endpoint", "message_id"], name="partners_delivery_once"
            ),
        )
        indexes = (
            models.Index(fields=["endpoint", "-id"], name="partners_delivery_log"),
            models.Index(fields=["endpoint", "order_id"], name="partners_delivery_order"),
        )

    def __str__(self) -> str:
        return f"{self.event_type} of {self.order_id} ({self.state})"


class Import(models.Model):
    """This is a bulk order, once for each key of a partner."""

    id = models.UUIDField(primary_key=True)
    partner = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["partner", "key"], name="partners_import_once"),
        )

    def __str__(self) -> str:
        return f"import {self.key} of {self.partner}"


class ImportLine(models.Model):
    """This is one order of an import.

    Attributes:
        order: what was asked for, sealed: it has an address. Emptied once it is answered.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        PLACED = "placed"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    reference = models.CharField(max_length=200)
    order = SealedField(default="")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    order_id = models.CharField(max_length=64, default="")
    code = models.CharField(max_length=60, default="")
    detail = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["of", "number"], name="partners_importline_place"),
        )

    def __str__(self) -> str:
        return f"{self.reference} ({self.state})"
