"""A meeting takes a room where it needs one, and has places; the time that bookings took becomes that of meetings."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import tillit_web.booking.models


def meetings_of_bookings(apps: StateApps, _schema: BaseDatabaseSchemaEditor) -> None:
    bookings, meetings, places, steps = (
        apps.get_model("booking", name).objects for name in ("Booking", "Occasion", "Place", "TakenStep")
    )
    for row in bookings.filter(steps__isnull=False).distinct():
        made = meetings.create(kind_id=row.kind_id, host_id=row.host_id, starts_at=row.starts_at)
        row.place = places.create(occasion=made, number=0)
        row.save(update_fields=["place"])
        steps.filter(booking=row).update(occasion=made)


def bookings_of_meetings(apps: StateApps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Back: the time of a group becomes that of the first who booked."""
    bookings, steps = (apps.get_model("booking", name).objects for name in ("Booking", "TakenStep"))
    for row in bookings.filter(place__isnull=False).order_by("pk"):
        steps.filter(occasion=row.place.occasion, booking=None).update(booking=row)


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Room",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="As customers find it: the shop in Lund, first floor",
                        max_length=120,
                        verbose_name="Name",
                    ),
                ),
                (
                    "hours",
                    models.CharField(
                        blank=True,
                        help_text="For example mon-fri 09:00-18:00, sat 10:00-15:00. Empty: whenever those work who can be met.",
                        max_length=400,
                        validators=[tillit_web.booking.models._hours],
                        verbose_name="Open",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="Can be booked now")),
            ],
            options={"ordering": ["name", "pk"]},
        ),
        migrations.CreateModel(
            name="Occasion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="occasions", to="booking.host"
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="booking.kind"),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="booking.room"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="booking.occasion"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(fields=("occasion", "number"), name="a_place_is_there_once"),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__lt", 200)), name="a_meeting_has_so_many_places"
            ),
        ),
        migrations.AddField(
            model_name="kind",
            name="rooms",
            field=models.ManyToManyField(
                blank=True,
                help_text="It takes one of them. None: it needs no room.",
                related_name="kinds",
                to="booking.room",
                verbose_name="Rooms and shops",
            ),
        ),
        migrations.AddField(
            model_name="kind",
            name="places",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="More than one for a demonstration or a course. Meetings already begun to be booked keep theirs.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(200),
                ],
                verbose_name="Customers at once",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="room",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="booking.room"
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="place",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="booking", to="booking.place"
            ),
        ),
        migrations.AddField(
            model_name="takenstep",
            name="occasion",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="booking.occasion"
            ),
        ),
        migrations.AddField(
            model_name="takenstep",
            name="room",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="booking.room"
            ),
        ),
        migrations.AlterField(
            model_name="takenstep",
            name="booking",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="booking.booking"
            ),
        ),
        migrations.RunPython(meetings_of_bookings, bookings_of_meetings, elidable=True),
        migrations.RemoveField(model_name="takenstep", name="booking"),
        migrations.AlterField(
            model_name="takenstep",
            name="occasion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="booking.occasion"
            ),
        ),
        migrations.AddConstraint(
            model_name="takenstep",
            constraint=models.UniqueConstraint(fields=("room", "step"), name="a_rooms_time_is_taken_once"),
        ),
    ]
