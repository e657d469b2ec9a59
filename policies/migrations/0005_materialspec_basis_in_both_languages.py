"""Why a material may be asked for, in both languages: {"zh": ..., "en": ...}."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_remove_guideversion_published_guide_keeps_its_text_and_more")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE policies_materialspec ALTER COLUMN basis TYPE jsonb USING"
            " CASE WHEN basis = '' THEN '{}'::jsonb ELSE jsonb_build_object('zh', basis) END",
            "ALTER TABLE policies_materialspec ALTER COLUMN basis TYPE varchar(200) USING coalesce(basis ->> 'zh', '')",
            state_operations=[
                migrations.AlterField(
                    model_name="materialspec",
                    name="basis",
                    field=models.JSONField(blank=True, default=dict, verbose_name="why we may ask"),
                ),
            ],
        ),
    ]
