from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from jobs.models import Deployment
from provinces import demo_accounts, packs


class Command(BaseCommand):
    help = "Print the accounts of the demo that is loaded."

    def handle(self, *args, **options):
        there = Deployment.objects.first()
        if there is None or not there.is_demo:
            raise CommandError("This database holds no demo. Load one with: manage.py load_province --demo")
        with override("en"):
            lines = demo_accounts.drawn(demo_accounts.table(packs.read(there.province)))
        self.stdout.write("\n".join(lines))
