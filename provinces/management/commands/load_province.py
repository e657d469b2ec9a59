from argparse import BooleanOptionalAction

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs import clock
from provinces import loader, packs
from talentportal.lib.refusals import Refused


class Command(BaseCommand):
    help = "Load the regions, offices, windows and service items of a province. Running it again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", default=settings.PROVINCE, choices=packs.names())
        parser.add_argument(
            "--demo",
            action=BooleanOptionalAction,
            default=settings.DEMO,
            help="also load invented staff, people, units and cases (default: where DEMO=1)",
        )

    def handle(self, *, name, demo, **options):
        if demo and not settings.DEMO:
            raise CommandError("Demo identities are refused without DEMO=1.")
        try:
            changed = loader.load(name, demo=demo, now=clock.now(), say=lambda line: self._say(f"  {line}"))
        except Refused as refusal:
            raise CommandError(" ".join(map(str, refusal.reasons))) from refusal
        self._say(f"The province {name} is loaded." if changed else f"The province {name} is loaded already.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
