"""The tables of the served registry: what Kafka tools know schemas and subjects by, for good."""

from django.db import models
from django.db.models.functions import Now


class RegisteredSchema(models.Model):
    """This is a schema under its id, which stands at the head of every message in its format."""

    class Format(models.TextChoices):
        JSON = "JSON"
        AVRO = "AVRO"

    format = models.CharField(max_length=10, choices=Format)
    fingerprint = models.CharField(max_length=64, unique=True)
    text = models.TextField()


class SubjectVersion(models.Model):
    """This is one version of a subject. A deleted one keeps its number."""

    subject = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    schema = models.ForeignKey(RegisteredSchema, on_delete=models.PROTECT, related_name="versions")
    registered_at = models.DateTimeField(db_default=Now())
    deleted = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject", "version"], name="schemas_subject_version"),
        )


class SubjectMode(models.Model):
    """This is how compatible a subject must stay; "" is for all that say nothing."""

    subject = models.CharField(max_length=200, unique=True)
    compatibility = models.CharField(max_length=20)
