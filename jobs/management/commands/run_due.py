from django.core.management.base import BaseCommand, CommandError

from jobs import clock, services


class Command(BaseCommand):
    help = "Run all that is due: every sweep, then every waiting job. Beat does the same each minute."

    def handle(self, **options):
        report = services.run_due(clock.now())
        for name, rows in report.swept.items():
            self.stdout.write(f"{name}: {rows}")
        self.stdout.write(f"jobs: {report.jobs}")
        if report.failed:
            raise CommandError("; ".join(f"{name}: {error}" for name, error in report.failed.items()))
