import re

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jobs import clock, demo
from talentportal.lib.refusals import Refused

BY = re.compile(r"\+(\d{1,4})(wd|d)")


class Command(BaseCommand):
    help = "Show or move the demo's time: clock [show | set 2026-10-09T09:00 | +5wd | +3d | --reset]"

    def add_arguments(self, parser):
        parser.add_argument("act", nargs="?", default="show", help="show, set, +Nwd (working days) or +Nd (days)")
        parser.add_argument("moment", nargs="?", default="", help="with set: local time, for example 2026-10-09T09:00")
        parser.add_argument("--reset", action="store_true", help="go back to the real time")

    def handle(self, act, moment, reset, **options):
        try:
            report = demo.reset() if reset else self.move(act, moment)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if report:
            self.stdout.write(f"swept {sum(report.swept.values())}, jobs {report.jobs}")
        self.stdout.write(timezone.localtime(clock.now()).isoformat(timespec="seconds"))
        if report and report.failed:
            raise CommandError("; ".join(f"{name}: {error}" for name, error in report.failed.items()))

    def move(self, act, moment):
        if act == "show":
            return None
        if by := BY.fullmatch(act):
            amount, unit = int(by[1]), by[2]
            return demo.move_by(working_days=amount) if unit == "wd" else demo.move_by(days=amount)
        if act == "set" and (to := self.parse(moment)):
            return demo.move(to)
        raise CommandError("Say show, set MOMENT, +Nwd or +Nd.")

    def parse(self, moment):
        try:
            to = parse_datetime(moment)
        except ValueError:
            to = None
        return timezone.make_aware(to) if to and timezone.is_naive(to) else to
