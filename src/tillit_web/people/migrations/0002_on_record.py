"""What is on record: openings of every kind, blocks and reasons, wordings, corrections; how far we measure."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.BinaryField(max_length=16)),
                ("basis", models.CharField(max_length=16)),
                ("evidence", models.CharField(max_length=200)),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.BinaryField(max_length=16)),
                ("text", models.TextField(max_length=2000)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="company",
            name="country",
            field=models.CharField(default="SE", max_length=2),
        ),
        migrations.AddField(
            model_name="company",
            name="measurement_mode",
            field=models.CharField(default="with_consent", max_length=16),
        ),
        migrations.RenameModel(old_name="ContactOpening", new_name="AccessRecord"),
        migrations.AlterModelOptions(name="accessrecord", options={"ordering": ["-id"]}),
        migrations.AddField(
            model_name="accessrecord",
            name="what",
            field=models.CharField(
                choices=[
                    ("page", "Opened the page"),
                    ("contacts", "Opened contact details"),
                    ("search", "Searched"),
                    ("export", "Took out contact details"),
                    ("code", "Handed out a code"),
                    ("own_page", "The customer opened their own page"),
                    ("download", "The customer took their own data"),
                ],
                default="contacts",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="accessrecord", name="purpose", field=models.CharField(default="service", max_length=24)
        ),
        migrations.AddField(model_name="accessrecord", name="basis", field=models.CharField(default="", max_length=16)),
        migrations.AlterField(
            model_name="accessrecord", name="subject", field=models.BinaryField(max_length=16, null=True)
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.BinaryField(max_length=16)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("own", "our own list"),
                            ("customer", "the customer said so"),
                            ("nix", "NIX-Telefon"),
                            ("reservation", "Reservasjonsregisteret"),
                            ("robinson", "Robinsonlisten"),
                        ],
                        max_length=16,
                    ),
                ),
                ("blocked_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("subject", "source"), name="one_block")],
            },
        ),
        migrations.CreateModel(
            name="BlockedAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("refusal", models.CharField(max_length=24)),
                ("details", models.PositiveIntegerField()),
                ("tried_at", models.DateTimeField(auto_now_add=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ConsentWording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=24)),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Svenska"), ("nb", "Norsk bokmål"), ("en", "English")], max_length=2
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(max_length=1000)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("purpose", "language", "version"), name="one_wording_a_version")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="accessrecord",
            index=models.Index(fields=["subject"], name="access_of_subject"),
        ),
    ]
