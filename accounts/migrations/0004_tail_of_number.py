from django.db import migrations, models

from talentportal.lib.sealed import blind_index


def fill(apps, schema_editor):
    """Make the fingerprint of the last four for the records that are there."""
    for person in apps.get_model("accounts", "Person").objects.only("pk", "id_number", "id_fingerprint").iterator():
        if not person.id_fingerprint.startswith("closed:"):
            person.tail_fingerprint = blind_index(person.id_number[-4:], "accounts.person.id_tail")
            person.save(update_fields=["tail_fingerprint"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_closed_account")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="tail_fingerprint",
            field=models.CharField(db_index=True, default="", editable=False, max_length=64),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
