import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from jobs import clock
from policies.text.importing import Report, UnreadableFolder, import_folder

WIDTH = 40  # of the bar, in characters


class Command(BaseCommand):
    help = "Import a folder of policy documents: index.csv, text/*.md, and history.csv if there is one."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check everything and change nothing")

    def handle(self, *args, folder: Path, dry_run: bool, **options):
        began = time.monotonic()
        try:
            report = import_folder(folder, now=clock.now(), dry_run=dry_run, progress=self.progress)
        except UnreadableFolder as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"the database is away; run it again, it goes on where it stopped: {error}") from error
        self.tell(report, dry_run, time.monotonic() - began)
        if report.errors:
            sys.exit(1)

    def progress(self, done: int, total: int) -> None:
        """Draw a bar on a terminal; elsewhere write a line every tenth of the way."""
        if self.stderr.isatty():
            bar = "#" * (WIDTH * done // total)
            self.stderr.write(f"\r[{bar:-<{WIDTH}}] {done}/{total}", ending="\n" if done == total else "")
            self.stderr.flush()
        elif done == total or done * 10 // total > (done - 1) * 10 // total:
            self.stderr.write(f"{done}/{total}")

    def tell(self, report: Report, dry_run: bool, seconds: float) -> None:
        for line, row_id, remark in sorted(report.remarks):
            self.stdout.write(f"line {line}, {row_id}: note: {remark}")
        for line, row_id, reason in sorted(report.errors):
            self.stderr.write(self.style.ERROR(f"line {line}, {row_id or 'no id'}: {reason}"))
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.counts.items())) or "no rows"
        done = "Would import" if dry_run else "Imported"
        self.stdout.write(f"{done}: {counts} ({seconds:.1f} s)")
