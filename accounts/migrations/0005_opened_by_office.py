from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_tail_of_number")]

    operations = [
        migrations.RemoveConstraint(model_name="user", name="user_reachable"),
        migrations.AddField(
            model_name="user",
            name="is_untaken",
            field=models.BooleanField(default=False, verbose_name="opened by an office, not taken over yet"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=Q(email__isnull=False)
                | Q(phone__isnull=False)
                | Q(is_untaken=True)
                | Q(closed_at__isnull=False),
                name="user_reachable",
            ),
        ),
    ]
