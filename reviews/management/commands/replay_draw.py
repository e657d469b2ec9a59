"""Repeat a draw of experts from its record: of the database, or from a JSON file alone."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reviews.models import Draw
from reviews.queries.rounds import record_of
from reviews.rules import draw as rules

MISSING = "The record is not whole: {}"


class Command(BaseCommand):
    help = "Repeat a draw from its record and say whether it comes out the same. A file needs no database."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("draw", nargs="?", type=int, help="id of the draw")
        parser.add_argument("--file", type=Path, help="record of a draw, as exported")
        parser.add_argument("--export", action="store_true", help="print the record instead of repeating it")

    def handle(self, *args, draw=None, file=None, export=False, **options):
        if (draw is None) == (file is None):
            raise CommandError("Name the id of a draw, or a --file.")
        record = _from_file(file) if file else _from_database(draw)
        if export:
            self.stdout.write(json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True))
            return
        try:
            differences = rules.repeat(record)
        except (KeyError, TypeError, AttributeError, ValueError) as fault:
            raise CommandError(MISSING.format(fault)) from fault
        for what, recorded, found in differences:
            self.stderr.write(f"{what}: recorded {_short(recorded)}, found {_short(found)}")
        if differences:
            raise CommandError("NOT EQUAL: the record does not give this result.")
        for place, one in enumerate(record["result"], start=1):
            self.stdout.write(f"{place:3} {one['place']:7} {one['number']}")
        self.stdout.write(self.style.SUCCESS(f"EQUAL: {record['algorithm']}, seed {record['seed']}"))


def _from_file(file: Path) -> dict:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise CommandError(f"The file cannot be read: {fault}") from fault
    if not isinstance(record, dict):
        raise CommandError(MISSING.format(type(record).__name__))
    return record


def _from_database(pk: int) -> dict:
    related = ("group__round", "frozen_by", "drawn_by")
    draw = Draw.objects.select_related(*related).filter(pk=pk, drawn_at__isnull=False).first()
    if draw is None:
        raise CommandError("There is no such draw, or nobody has drawn yet.")
    return record_of(draw)


def _short(value) -> str:
    return value.get("number", "?") if isinstance(value, dict) else "nobody" if value is None else str(value)
