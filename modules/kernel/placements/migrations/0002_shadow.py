from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("placements", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="placement",
            name="shadow_percent",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="placement",
            name="shadow_url",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.CreateModel(
            name="Shadowed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("module", models.CharField(max_length=40)),
                ("method", models.CharField(max_length=120)),
                ("outcome", models.CharField(max_length=10)),
                ("count", models.BigIntegerField(default=0)),
                ("example", models.TextField(default="")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("module", "method", "outcome"), name="placements_shadowed_one"
                    )
                ],
            },
        ),
    ]
