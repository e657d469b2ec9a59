from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from certificates import files


class Command(BaseCommand):
    help = "Make the demo's own root and signing key; does nothing when they are there. Refused outside the demo."

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("Only a demo makes its own keys. Put those of a licensed authority into SIGNING_DIR.")
        files.signer()
        self.stdout.write(f"Demo signing key: {settings.SIGNING_DIR}")
