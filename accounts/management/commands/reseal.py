"""Seal personal numbers with the current keys, after a new one was put in front of FIELD_KEYS or INDEX_KEYS."""

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from accounts.models import ID_PURPOSE, Person
from accounts.queries import tail_fingerprint
from talentportal.lib.sealed import SealedTextField, SealError, blind_index, sealed_before

CHUNK = 500  # rows a transaction


class Command(BaseCommand):
    help = (
        "Seal every personal number with the first key of FIELD_KEYS and find it by the first of INDEX_KEYS. "
        "In chunks, while the portal runs; safe to interrupt and to run again."
    )

    def handle(self, *args, **options):
        """Go through the sealed fields of every model, then through the fingerprints."""
        failed = []
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, SealedTextField):
                    done = self._in_chunks(
                        sealed_before(field), field.name, lambda row, field=field: _seal(field, row), failed
                    )
                    self.stdout.write(f"{model._meta.label}.{field.name}: {done} sealed anew")
        done = self._in_chunks(Person._base_manager.all(), "id_number", _fingerprint, failed)
        self.stdout.write(f"{Person._meta.label}.id_fingerprint: {done} made anew")
        if failed:
            raise CommandError(f"Left as they were: {', '.join(failed)}. Is a key missing?")

    def _in_chunks(self, rows, name: str, renew, failed: list) -> int:
        """Renew row by row, each chunk locked in a transaction of its own; return how many were changed."""
        done = last = 0
        ids = True
        while ids:
            with transaction.atomic():
                chunk = rows.filter(pk__gt=last).order_by("pk").select_for_update()
                ids = list(chunk.values_list("pk", flat=True)[:CHUNK])
                for pk in ids:
                    try:
                        with transaction.atomic():
                            done += renew(rows.model._base_manager.only(name, *_more(rows.model)).get(pk=pk))
                    except (SealError, IntegrityError):
                        failed.append(f"{rows.model._meta.label} {pk}")
            last = ids[-1] if ids else last
        return done


def _more(model) -> tuple:
    return ("id_fingerprint", "tail_fingerprint") if model is Person else ()


def _seal(field: SealedTextField, row) -> int:
    """Write the opened value back: writing seals with the current key."""
    return type(row)._base_manager.filter(pk=row.pk).update(**{field.name: getattr(row, field.name)})


def _fingerprint(person: Person) -> int:
    """Make the fingerprints under the current key; 0 when they are."""
    whole, tail = blind_index(person.id_number, ID_PURPOSE), tail_fingerprint(person.id_number)
    if (person.id_fingerprint, person.tail_fingerprint) == (whole, tail):
        return 0
    return Person._base_manager.filter(pk=person.pk).update(id_fingerprint=whole, tail_fingerprint=tail)
