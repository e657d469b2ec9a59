"""Messages about a case."""

from collections.abc import Iterable
from datetime import datetime

from applications.models import Case
from applications.services.clocks import clerks_of, path_of, words_of
from notifications.services import Note, notify_many


def tell(event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell the applicant, and the handlers' inbox of the unit, what happened; `key` tells repeated events apart."""
    _tell(applicant_side(case), event, case, now, key, path_of(case), words)


def tell_clerks(event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell the clerks of the window what happened."""
    _tell([post.user for post in clerks_of(case)], event, case, now, key, path_of(case, staff=True), words)


def tell_staff(people: Iterable, event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell these people of the office what happened."""
    _tell(people, event, case, now, key, path_of(case, staff=True), words)


def applicant_side(case: Case) -> list:
    """List who hears of a case on its applicant's side: the applicant and the owners of the unit."""
    people = {case.applicant_id: case.applicant}
    if case.unit is not None:
        members = case.unit.members.filter(left_at__isnull=True, role="OWNER").select_related("user")
        people |= {member.user_id: member.user for member in members}
    return list(people.values())


def _tell(people: Iterable, event: str, case: Case, now: datetime, key: str, path: str, words: dict) -> None:
    cause, said = f"{event}:{case.pk}:{key}".rstrip(":"), words_of(case, **words)
    notify_many(notes=[Note(event, one, f"{cause}:to:{one.pk}", said, path) for one in people], now=now)
