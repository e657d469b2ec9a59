"""The months of an agreement, the subsidy for them, who stayed, and when a base ends."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Unit
from notifications.services import Note, notify_many
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.workdays import add_months
from talents import limits
from talents.models import Agreement, Attendance, ClaimedMonth, Place, Retention, School, SubsidyClaim, TraineeshipBase
from talents.queries import interns as queries
from talents.queries.units import acts_for
from talents.rules import interns as rules
from talents.services.units import refuse_stranger
from talents.states import AgreementState, ClaimState, PlaceKind, VacancyState

ENDED = (AgreementState.FINISHED, AgreementState.BROKEN_OFF)


@transaction.atomic
def recognize_base(
    *,
    unit: Unit,
    level: str,
    organization: Organization,
    document_no: str,
    staff: int,
    starts_on: date,
    ends_on: date,
    actor,
    now: datetime,
) -> TraineeshipBase:
    """Recognize a verified unit as a base of traineeships. One at a time for a unit."""
    refuse_unless(unit.status == Unit.Status.VERIFIED, _("Only a verified unit can be a base."))
    refuse_unless(document_no.strip(), _("Enter the number of the document."))
    try:
        with transaction.atomic():
            return TraineeshipBase.objects.create(
                unit=unit,
                level=level,
                organization=organization,
                document_no=document_no.strip(),
                staff=staff,
                starts_on=starts_on,
                ends_on=ends_on,
            )
    except IntegrityError as error:
        raise Refused(_("This unit is a base already, or the dates do not fit.")) from error


@transaction.atomic
def cancel_base(*, base: TraineeshipBase, reason: str, actor, now: datetime) -> TraineeshipBase:
    """End a base: its places go offline at once; agreements that run go on to their end."""
    base = TraineeshipBase.objects.select_for_update().get(pk=base.pk)
    refuse_unless(base.cancelled_on is None, _("This base is cancelled already."))
    refuse_unless(reason.strip(), _("Say why; the unit reads it."))
    base.cancelled_on, base.cancelled_because = timezone.localdate(now), reason.strip()[:200]
    base.save()
    Place.objects.filter(base=base, state__in=queries.OFFERED).update(state=VacancyState.OFFLINE, updated_at=now)
    return base


@transaction.atomic
def enter_school(*, unit: Unit, actor, now: datetime) -> School:
    """Enter a verified unit as a school; its handlers see the agreements of its students."""
    refuse_unless(unit.status == Unit.Status.VERIFIED, _("Only a verified unit can be a school."))
    school, is_new = School.objects.get_or_create(unit=unit)
    refuse_unless(is_new, _("This school is entered already."))
    return school


@transaction.atomic
def turn_school(*, school: School, actor, now: datetime) -> School:
    """Let a school take part no more, or again; what it has signed stays."""
    school = School.objects.select_for_update(of=("self",)).get(pk=school.pk)
    school.is_open = not school.is_open
    school.save(update_fields=["is_open"])
    return school


def cancel_reasons(base: TraineeshipBase, today: date) -> list:
    """List why a base should end: idle for a year, or too few hired two years in a row. An office decides."""
    reasons, agreements = [], Agreement.objects.filter(application__place__base=base)
    since = add_months(today, -12)
    if base.starts_on <= since and not agreements.filter(made_at__date__gte=since).exists():
        reasons.append(_("Nobody was taken for a year."))
    shares = [queries.retention_of(base, today.year - back)[2] for back in (1, 2)]
    if all(share is not None and share < limits.RETENTION_BAD for share in shares):
        reasons.append(
            _("Less than %(share)s percent were hired, two years in a row.") % {"share": limits.RETENTION_BAD}
        )
    return reasons


@transaction.atomic
def record_month(
    *, agreement: Agreement, month: date, days: int, paid: Decimal, paid_on: date | None, actor, now: datetime
) -> Attendance:
    """Record a month: days present and what was paid; the person confirms it. A confirmed month does not change."""
    agreement = _running(agreement)
    refuse_stranger(agreement.application.place.unit, actor, now)
    today, over = timezone.localdate(now), agreement.ended_on or agreement.ends_on
    reasons = []
    if month not in rules.months_of(agreement.starts_on, over) or month > today:
        reasons.append(_("This month lies outside the agreement or in the future."))
    elif not 0 <= days <= rules.days_possible(month, agreement.starts_on, over):
        reasons.append(_("So many days there are not in this month of the agreement."))
    if not 0 <= paid <= 100_000:
        reasons.append(_("Check the amount."))
    if (paid > 0) != (paid_on is not None) or (paid_on and paid_on > today):
        reasons.append(_("Say on which day it was paid, today at the latest."))
    refuse_unless(not reasons, reasons)
    found = Attendance.objects.select_for_update().filter(agreement=agreement, month=month).first()
    refuse_unless(found is None or found.confirmed_at is None, _("The person has confirmed this month already."))
    row = found or Attendance(agreement=agreement, month=month)
    row.days, row.paid, row.paid_on, row.recorded_by, row.recorded_at = days, paid, paid_on, actor, now
    row.disputed_because = ""
    row.save()
    _tell("intern_month", agreement, [agreement.application.user], f"{row.pk}:{now:%Y%m%d%H%M}", now)
    return row


@transaction.atomic
def confirm_month(*, month: Attendance, actor, now: datetime, objection: str = "") -> Attendance:
    """Confirm a month as the person, or object to it; the unit then records it again."""
    related = ("agreement__application__place__unit", "recorded_by")
    month = Attendance.objects.select_for_update(of=("self",)).select_related(*related).get(pk=month.pk)
    refuse_unless(month.agreement.application.user_id == actor.pk, _("This is not your agreement."))
    refuse_unless(month.confirmed_at is None, _("You have confirmed this month already."))
    month.confirmed_at, month.disputed_because = (None, objection[:300]) if objection.strip() else (now, "")
    month.save()
    if month.disputed_because:
        _tell("intern_objection", month.agreement, [month.recorded_by], f"{month.pk}:{now:%Y%m%d%H%M}", now)
    return month


@transaction.atomic
def claim_subsidy(*, base: TraineeshipBase, months: list[int], actor, now: datetime) -> SubsidyClaim:
    """Claim the subsidy for months that were paid and confirmed; no month twice, and none of an internship."""
    base = TraineeshipBase.objects.select_for_update().get(pk=base.pk)
    refuse_stranger(base.unit, actor, now)
    rows = list(claimable(base).filter(pk__in=months).select_for_update(of=("self",)))
    refuse_unless(rows and len(rows) == len(set(months)), _("Choose months that are paid, confirmed and not claimed."))
    today = timezone.localdate(now)
    rate = rules.subsidy_rate(queries.retention_of(base, today.year)[2])
    claim = SubsidyClaim.objects.create(
        base=base,
        rate=rate,
        amount=sum((min(rate, row.paid) for row in rows), Decimal(0)),
        submitted_by=actor,
        submitted_at=now,
    )
    ClaimedMonth.objects.bulk_create([ClaimedMonth(claim=claim, month=row) for row in rows])
    return claim


def claimable(base: TraineeshipBase):
    """Return the months of a base that may be claimed now."""
    return Attendance.objects.filter(
        agreement__application__place__base=base,
        agreement__application__place__kind=PlaceKind.TRAINEESHIP,
        confirmed_at__isnull=False,
        paid__gt=0,
        claimed__isnull=True,
    )


@transaction.atomic
def decide_claim(*, claim: SubsidyClaim, approved: bool, note: str, actor, now: datetime) -> SubsidyClaim:
    """Approve a claim or refuse it, by somebody else than who handed it in; refused, its months are free again."""
    claim = SubsidyClaim.objects.select_for_update(of=("self",)).select_related("submitted_by", "base").get(pk=claim.pk)
    refuse_unless(claim.state == ClaimState.SUBMITTED, _("This claim is decided already."))
    refuse_unless(
        not acts_for(actor, claim.base.unit, now),
        _("You act for this unit; somebody else has to decide."),
    )
    refuse_unless(approved or note.strip(), _("Say why; the unit reads it."))
    claim.state = ClaimState.APPROVED if approved else ClaimState.REFUSED
    claim.note, claim.decided_by, claim.decided_at = note.strip()[:300], actor, now
    claim.save()
    if not approved:
        claim.months.all().delete()
    words = {"amount": f"{claim.amount:,.2f}", "reason": claim.note, "unit": claim.base.unit.name}
    event = "claim_approved" if approved else "claim_refused"
    note_ = Note(event, claim.submitted_by, f"{event}:{claim.pk}", words, "/org/internships/base/")
    notify_many(notes=[note_], now=now)
    return claim


@transaction.atomic
def pay_claim(*, claim: SubsidyClaim, paid_on: date, actor, now: datetime) -> SubsidyClaim:
    """Note the payment of an approved claim."""
    claim = SubsidyClaim.objects.select_for_update().get(pk=claim.pk)
    refuse_unless(claim.state == ClaimState.APPROVED, _("Only an approved claim is paid, once."))
    refuse_unless(paid_on <= timezone.localdate(now), _("It cannot be paid in the future."))
    claim.state, claim.paid_on = ClaimState.PAID, paid_on
    claim.save()
    return claim


@transaction.atomic
def record_retention(*, agreement: Agreement, hired_on: date, contract_months: int, actor, now: datetime) -> Retention:
    """Record that the unit hired its trainee in time and for a year at least; the person confirms it."""
    agreement = _running(agreement, ENDED)
    refuse_stranger(agreement.application.place.unit, actor, now)
    refuse_unless(
        rules.is_retained(ended_on=agreement.ended_on, hired_on=hired_on, contract_months=contract_months),
        _("It counts when somebody is hired within %(days)s days after the end, for %(months)s months at least.")
        % {"days": limits.HIRED_WITHIN_DAYS, "months": limits.HIRED_FOR_MONTHS},
    )
    found = Retention.objects.filter(agreement=agreement).first()
    refuse_unless(found is None or found.confirmed_by_person_at is None, _("The person has confirmed it already."))
    row, _made = Retention.objects.update_or_create(
        agreement=agreement,
        defaults={
            "hired_on": hired_on,
            "contract_months": contract_months,
            "recorded_by": actor,
            "recorded_at": now,
        },
    )
    _tell("retention_recorded", agreement, [agreement.application.user], f"{now:%Y%m%d%H%M}", now)
    return row


@transaction.atomic
def confirm_retention(*, agreement: Agreement, actor, now: datetime) -> Retention:
    """Confirm as the person that the unit hired me; only then it counts."""
    row = Retention.objects.select_for_update().get(agreement=agreement)
    refuse_unless(agreement.application.user_id == actor.pk, _("This is not your agreement."))
    refuse_unless(row.confirmed_by_person_at is None, _("You have confirmed it already."))
    row.confirmed_by_person_at = now
    row.save()
    return row


def _running(agreement: Agreement, states=(AgreementState.RUNNING, *ENDED)) -> Agreement:
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("application__user", "application__place__unit")
        .get(pk=agreement.pk)
    )
    refuse_unless(agreement.state in states, _("This agreement does not allow it now."))
    return agreement


def _tell(event: str, agreement: Agreement, people: list, key: str, now: datetime) -> None:
    place = agreement.application.place
    words = {"place": place.title, "unit": place.unit.name}
    mine, ours = f"/me/internships/{agreement.public_id}/", f"/org/internships/agreements/{agreement.public_id}/"
    paths = [mine if user.pk == agreement.application.user_id else ours for user in people]
    notes = [
        Note(event, user, f"{event}:{agreement.pk}:{key}", words, path)
        for user, path in zip(people, paths, strict=True)
    ]
    notify_many(notes=notes, now=now)
