from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0005_who_rang")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="said_as",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
    ]
