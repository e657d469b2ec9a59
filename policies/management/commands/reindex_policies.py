from django.core.management.base import BaseCommand

from policies.search.index import reindex


class Command(BaseCommand):
    help = "Write the search index of the policy library anew; after an upgrade that says so. Safe to run twice."

    def handle(self, *args, **options):
        self.stdout.write(f"{reindex()} versions can be found")
