"""Certificates keep the value of a choice beside its label; older ones get the grade that their label begins with.

Nothing that is printed changes, so the trigger that keeps their words is off for this one statement.
"""

from django.db import migrations

TRIGGER = "pgtrigger_certificate_keeps_its_words_e4bec"
SAID = "coalesce(face->'level'->>'zh', face->>'level')"
KEEP_VALUE = f"""
    ALTER TABLE certificates_certificate DISABLE TRIGGER {TRIGGER};
    UPDATE certificates_certificate
    SET face = jsonb_set(face, '{{level}}', jsonb_build_object(
        'zh', {SAID},
        'en', coalesce(face->'level'->>'en', {SAID}),
        'value', substring({SAID} from '^([A-F])\\s*类')
    ))
    WHERE {SAID} ~ '^[A-F]\\s*类';
    ALTER TABLE certificates_certificate ENABLE TRIGGER {TRIGGER};
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [migrations.RunSQL(KEEP_VALUE, migrations.RunSQL.noop)]
