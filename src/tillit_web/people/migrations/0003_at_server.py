"""Commands that take data out are on the access record, with who typed them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_on_record"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessrecord", name="at_server", field=models.CharField(default="", max_length=120)
        ),
        migrations.AlterField(
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
                    ("everything", "Took out every event as it is"),
                    ("events", "Took out events, told by the month"),
                    ("decisions", "Took out the log of decisions"),
                    ("forget", "Looked up whom to erase"),
                ],
                default="contacts",
                max_length=16,
            ),
        ),
    ]
