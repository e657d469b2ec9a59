"""Messages about a case."""

from datetime import datetime

from applications.models import Case
from applications.services.clocks import clerks_of, path_of, words_of
from notifications.services import notify


def tell(event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell the applicant, and the handlers' inbox of the unit, what happened; `key` tells repeated events apart."""
    for recipient in _recipients(case):
        notify(
            event=event,
            recipient=recipient,
            key=f"{event}:{case.pk}:{key}" if key else f"{event}:{case.pk}",
            context=words_of(case, **words),
            path=path_of(case),
            now=now,
        )


def tell_clerks(event: str, case: Case, now: datetime, *, key: str = "", **words) -> None:
    """Tell the clerks of the window what happened."""
    for post in clerks_of(case):
        notify(
            event=event,
            recipient=post.user,
            key=f"{event}:{case.pk}:{key}" if key else f"{event}:{case.pk}",
            context=words_of(case, **words),
            path=path_of(case, staff=True),
            now=now,
        )


def _recipients(case: Case) -> list:
    people = {case.applicant_id: case.applicant}
    if case.unit is not None:
        members = case.unit.members.filter(left_at__isnull=True, role="OWNER").select_related("user")
        people |= {member.user_id: member.user for member in members}
    return list(people.values())
