"""Messages about a case."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from applications import queries
from applications.models import Case
from applications.services.clocks import clerks_of, path_of, spoken_to, words_of
from notifications.services import Note, notify_many


def tell(event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell the applicant, and who acts for the applicant, what happened; `key` tells repeated events apart."""
    _tell(queries.applicant_side(case, timezone.localdate(now)), event, case, now, key, path_of(case), words)


def tell_applicant(event: str, case: Case, now: datetime, **words) -> None:
    """Tell the applicant alone, on the own phone, what somebody else did."""
    _tell([case.applicant], event, case, now, "", path_of(case), words)


def tell_clerks(event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell the clerks of the window what happened."""
    clerks = [post.user for post in clerks_of(case, timezone.localdate(now))]
    _tell(clerks, event, case, now, key, path_of(case, staff=True), words)


def tell_staff(people: Iterable, event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell these people of the office what happened."""
    _tell(people, event, case, now, key, path_of(case, staff=True), words)


def _tell(people: Iterable, event: str, case: Case, now: datetime, key: str, path: str, words: dict) -> None:
    cause, said = f"{event}:{case.pk}:{key}".rstrip(":"), words_of(case, **words)
    notes = [Note(event, one, f"{cause}:to:{one.pk}", spoken_to(one, case, said), path) for one in people]
    notify_many(notes=notes, now=now)
