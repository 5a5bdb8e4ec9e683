import uuid

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import tillit_web.booking.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Host",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail")),
                (
                    "hours",
                    models.CharField(
                        default="mon-fri 09:00-17:00",
                        help_text="For example mon-fri 09:00-18:00, sat 10:00-15:00. Public holidays of your country are closed.",
                        max_length=400,
                        validators=[tillit_web.booking.models._hours],
                        verbose_name="Can be met",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="Can be booked now")),
                ("feed", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Kind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Svenska"), ("nb", "Norsk bokmål"), ("en", "English")],
                        max_length=2,
                        verbose_name="Language",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As customers would say it: a call about your roof",
                        max_length=120,
                        verbose_name="What it is",
                    ),
                ),
                (
                    "where",
                    models.CharField(
                        help_text="We call you, the shop in Lund, a video link", max_length=200, verbose_name="Where"
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[tillit_web.booking.models._of_steps, django.core.validators.MaxValueValidator(480)],
                        verbose_name="Minutes",
                    ),
                ),
                (
                    "before",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[tillit_web.booking.models._of_steps],
                        verbose_name="Pause before, minutes",
                    ),
                ),
                (
                    "after",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[tillit_web.booking.models._of_steps], verbose_name="Pause after, minutes"
                    ),
                ),
                (
                    "every",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[tillit_web.booking.models._of_steps],
                        verbose_name="A start every, minutes",
                    ),
                ),
                (
                    "notice_hours",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[django.core.validators.MaxValueValidator(720)],
                        verbose_name="Hours of notice",
                    ),
                ),
                (
                    "ahead_days",
                    models.PositiveSmallIntegerField(
                        default=28,
                        validators=[django.core.validators.MaxValueValidator(180)],
                        verbose_name="Days ahead",
                    ),
                ),
                ("is_open", models.BooleanField(default=True, verbose_name="Customers can book it")),
                (
                    "hosts",
                    models.ManyToManyField(related_name="kinds", to="booking.host", verbose_name="Who can be met"),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("starts_at", models.DateTimeField(db_index=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held for a moment"),
                            ("confirmed", "booked"),
                            ("cancelled", "cancelled"),
                            ("expired", "not confirmed in time"),
                            ("missed", "nobody came"),
                        ],
                        default="held",
                        max_length=12,
                    ),
                ),
                ("held_until", models.DateTimeField(null=True)),
                ("network", models.CharField(blank=True, max_length=64)),
                ("subject", models.BinaryField(db_index=True, max_length=16, null=True)),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="Your name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="E-mail")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="Phone number")),
                ("wishes", models.TextField(blank=True, max_length=2000, verbose_name="What is it about?")),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Svenska"), ("nb", "Norsk bokmål"), ("en", "English")], max_length=2
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="booking.host"
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="booking.kind"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TakenStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.BigIntegerField()),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="booking.booking"
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="booking.host"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("host", "step"), name="a_hosts_time_is_taken_once")],
            },
        ),
    ]
