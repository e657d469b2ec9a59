from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_library'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='user', name='user_reachable'),
        migrations.AddField(
            model_name='user',
            name='closed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='account closed at'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email__isnull', False), ('phone__isnull', False), ('closed_at__isnull', False), _connector='OR'), name='user_reachable'),
        ),
    ]
