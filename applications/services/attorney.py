"""Who may hand in for whom: powers of attorney, recorded by the office from the paper that somebody brings (11.28)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.queries import membership, people_with_document
from accounts.services import register_at_window
from applications import rules, services
from applications.models import Case, PowerOfAttorney
from applications.services.messages import tell_applicant
from applications.states import Channel, ScanState
from applications.uploads import Enclosed
from jobs.services import enqueue
from policies.models import ServiceItem
from talentportal.lib import masking, uploads
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless

AGAIN = timedelta(minutes=1)  # the same application within this time is a second click


@transaction.atomic
def meet_at_window(
    *, identity: Mapping, agent: Mapping | None, item: ServiceItem, is_proved: bool, actor, now: datetime
) -> tuple[Person, PowerOfAttorney | None]:
    """Find or register the person for whom paper came to the window, and record the agent's power of attorney.

    `identity`: what `register_at_window` takes. `agent`: name, number, until and scan of who brought it, or None when
    the person came. `is_proved`: the code sent to the person's contact was read out.
    Raises ValidationError with the faults by field, and Refused.
    """
    person = register_at_window(**identity, is_proved=is_proved, actor=actor, now=now)
    if agent is None:
        return person, None
    known = people_with_document(agent["number"]).select_related("user").first()
    attorney = record_attorney(
        grantor=person.user,
        agent=known,
        agent_name=agent["name"],
        agent_number=agent["number"],
        items=[item],
        until=agent["until"],
        scan=agent["scan"],
        actor=actor,
        now=now,
    )
    return person, attorney


@transaction.atomic
def record_attorney(
    *,
    grantor,
    agent: Person | None,
    agent_name: str,
    agent_number: str,
    items: Iterable[ServiceItem],
    until: date,
    scan: Enclosed,
    actor,
    now: datetime,
) -> PowerOfAttorney:
    """Record the power of attorney that an agent shows, with its scan, for these items (none: all), until a day.

    `until` is the last day on which it holds. The agent's document number is kept masked; `agent` is the agent's
    real-name record, where there is one. Raises Refused with every reason.
    """
    today, reasons = timezone.localdate(now), []
    if not agent_name.strip():
        reasons.append(_("Enter the name of the agent."))
    reasons += rules.authority_day_obstacles(until, today)
    if agent and agent.user_id == grantor.pk:
        reasons.append(_("Nobody needs a power of attorney for themselves."))
    if agent and agent.user_id == actor.pk:
        reasons.append(_("Who works at the window cannot be the agent."))
    refuse_unless(not reasons, reasons)
    kept = PowerOfAttorney.objects.create(
        grantor=grantor,
        agent=agent.user if agent else None,
        agent_name=agent_name.strip(),
        agent_id_masked=masking.mask_document(agent_number),
        starts_on=today,
        ends_on=date.fromordinal(until.toordinal() + 1),
        file=scan.file,
        name=scan.name,
        kind=scan.facts.kind,
        sha256=scan.facts.sha256,
        recorded_by=actor,
        recorded_at=now,
    )
    kept.items.set(items)
    enqueue(kind="applications.scan_attorney", key=str(kept.pk), now=now, attorney=kept.pk)
    return kept


@transaction.atomic
def end_attorney(*, attorney: PowerOfAttorney, actor, now: datetime) -> PowerOfAttorney:
    """End a power of attorney from this minute on, because it was taken back. Cases that are open run on."""
    attorney = PowerOfAttorney.objects.select_for_update().get(pk=attorney.pk)
    refuse_unless(attorney.ended_at is None, _("This power of attorney was ended already."))
    refuse_unless(attorney.grantor_id != actor.pk, _("Somebody else has to serve you at the window."))
    attorney.ended_at = now
    attorney.save(update_fields=["ended_at"])
    return attorney


@transaction.atomic
def take_in_paper(*, actor, now: datetime, attorney: PowerOfAttorney | None = None, **application) -> Case:
    """Take in a paper application at the window, and tell its applicant by whom it was handed in.

    `application`: what `receive_at_window` takes. Sent twice within a minute it is taken in once. Raises Refused with
    every reason; then nothing is written.
    """
    refuse_unless(application["applicant"].pk != actor.pk, _("Somebody else has to serve you at the window."))
    unit, channel = application.get("unit"), application.get("channel")
    acts = unit is None or channel == Channel.BATCH or membership(application["applicant"], unit)
    refuse_unless(acts, _("This person does not act for the unit."))
    if earlier := _taken_in_just_now(application, actor, now):
        return earlier
    case = services.receive_at_window(actor=actor, now=now, attorney=attorney, **application)
    if attorney:
        place = both(case.window, "name")
        tell_applicant("handed_in_for_you", case, now, agent=attorney.agent_name, office=place)
    return case


def _taken_in_just_now(application: Mapping, actor, now: datetime) -> Case | None:
    same = {name: application.get(name) for name in ("item", "applicant", "unit", "window")}
    mine = Case.objects.filter(**same, received_at__gt=now - AGAIN, events__verb="receive", events__actor=actor)
    return mine.open().first()


@transaction.atomic
def scan_attorney(*, attorney: PowerOfAttorney, now: datetime) -> PowerOfAttorney:
    """Have the scan of a power of attorney looked at for viruses and keep the verdict. Safe to run twice."""
    kept = PowerOfAttorney.objects.select_for_update().get(pk=attorney.pk)
    if kept.scan_state == ScanState.PENDING:
        kept.scan_state = uploads.scan(Path(kept.file.path), settings.CLAMD_URL)
        kept.save(update_fields=["scan_state"])
    return kept
