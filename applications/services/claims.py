"""Who works on a case right now: a lease of some minutes, so that two clerks do not do the same work (domain 11.5)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries
from applications.models import Case
from applications.states import Who
from talentportal.lib.refusals import refuse_unless

LEASE = timedelta(minutes=15)


@transaction.atomic
def claim(*, case: Case, actor, now: datetime, take_over: bool = False) -> Case:
    """Note that a member of staff works on a case, for 15 minutes from now; asking again prolongs it.

    While somebody else holds it nothing changes, unless it is taken over. Returns the case fresh, so that the caller
    sees who holds it. It is no step of the case: neither event nor version. Raises Refused without an office role.
    """
    roles = queries.roles_on(case, actor, timezone.localdate(now))
    refuse_unless(roles - {Who.APPLICANT}, _("This case is outside your posts."))
    free = Q(claimed_by__isnull=True) | Q(claimed_by=actor) | Q(claimed_until__lte=now)
    cases = Case.objects.filter(pk=case.pk)
    (cases if take_over else cases.filter(free)).update(claimed_by=actor, claimed_until=now + LEASE)
    case.refresh_from_db(fields=["claimed_by", "claimed_until"])
    return case


def release(*, case: Case, actor) -> None:
    """Give back a case that the actor holds; nothing when somebody else does. Safe to run twice."""
    Case.objects.filter(pk=case.pk, claimed_by=actor).update(claimed_by=None, claimed_until=None)
