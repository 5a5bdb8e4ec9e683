from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_briefings")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="called",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
    ]
