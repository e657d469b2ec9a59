from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talents", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="vacancy",
            name="is_sample",
            field=models.BooleanField(default=False, verbose_name="sample"),
        )
    ]
