"""Submission: a draft becomes a case with a number, a receipt and a clock."""

import re
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries, rules
from applications.models import Case, DeferralCommitment, DeferredMaterial, Material
from applications.services.clocks import calendar_of, lead, remind_office, start_clock
from applications.services.journal import step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import ClockKind, DeferralReason, MaterialStatus, PaperKind, State
from talentportal.lib import names, numbers
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import refuse_unless

COMMITMENT_TEXT_VERSION = "2026-1"
_PATH_DATA = re.compile(r"[MLQCZmlqcz0-9 .,\-]{8,60000}")


@transaction.atomic
def submit(
    *,
    case: Case,
    actor,
    now: datetime,
    declares: bool,
    signed_name: str = "",
    signature: str = "",
    agrees: bool = False,
) -> Case:
    """Submit a draft: check everything again, sign the promises, number the case, start the office's clock.

    `declares`: the applicant says that everything is true. `agrees` with `signed_name` (the real name, typed) and
    optionally `signature` (handwriting as SVG path data) sign the commitment for missing deferrable materials.
    Raises Refused with every reason; then nothing is written. Effects: case number, commitment, receipt, acceptance
    clock with its reminder, message to the applicant.
    """
    case, role = take(case, verb="submit", actor=actor, now=now)
    today = timezone.localdate(now)
    _refuse_unready(case, actor, declares, today)
    materials = list(case.materials.select_related("spec"))
    missing = rules.missing_specs([m.spec for m in materials], case.answers, queries.specs_in_hand(materials))
    if missing:
        _sign_commitment(case, missing, materials, actor, now, signed_name, signature, agrees)
    case.applicant_name = actor.person.name if case.unit is None else case.unit.name
    case.case_no, case.query_code = _number(case, today), numbers.short_code(6)
    case.received_at, case.expires_on = now, None
    clock = start_clock(case, ClockKind.ACCEPT, days=case.guide.accept_days, started_on=today)
    lead(case, State.RECEIVED)
    step(case, verb="submit", actor=actor, role=role, now=now, materials=len(materials) - len(missing), missing=len(missing))
    write_paper(case, PaperKind.RECEIPT, actor=actor, now=now)
    remind_office(case, clock, event="acceptance_due", now=now)
    tell("submitted", case, now)
    return case


def _refuse_unready(case: Case, actor, declares: bool, today: date) -> None:
    reasons = []
    if case.expires_on and case.expires_on < today:
        reasons.append(_("This draft has expired. Renew it first; your answers stay."))
    if not case.item.guides.in_force(today).filter(pk=case.guide_id).exists():
        reasons.append(_("The guide of this item has changed or is no longer in force. Renew the draft first."))
    if not hasattr(actor, "person"):
        reasons.append(_("Your identity is missing. Fill in the first step."))
    if case.window is None:
        reasons.append(_("Choose the window that will handle your case."))
    if case.guide.by_unit and case.unit is None:
        reasons.append(_("This item is applied for by the unit. Choose the unit."))
    if not declares:
        reasons.append(_("Confirm that what you state is true."))
    twin = Case.objects.open().filter(applicant=actor, item=case.item, unit=case.unit).first()
    if twin:
        reasons.append(_("You have an open case of this item already: %(no)s.") % {"no": twin.case_no})
    refuse_unless(not reasons, reasons)


def _sign_commitment(case: Case, missing, materials, actor, now: datetime, signed_name, signature, agrees) -> None:
    """Write the commitment for all missing materials, or refuse with every reason."""
    today, calendar = timezone.localdate(now), calendar_of(case)
    reasons = rules.deferral_obstacles(case.guide, missing, queries.standing_of(case, today))
    refuse_unless(not reasons, reasons)
    promises = case.answers.get("_promises", {})
    of_spec = {material.spec_id: material for material in materials}
    rows = []
    for spec in missing:
        promise = promises.get(str(of_spec[spec.pk].pk), {})
        day = _day(promise.get("promised_on"))
        latest = rules.latest_supply_day(case.guide, spec, today, calendar)
        said = rules.promise_obstacles(day, today, latest, calendar)
        if promise.get("reason") not in DeferralReason.values:
            said.append(_("Choose why it is not there yet."))
        reasons += [_("%(name)s: %(reason)s") % {"name": pick(spec, "name"), "reason": reason} for reason in said]
        rows.append((of_spec[spec.pk], promise.get("reason"), day))
    if not agrees:
        reasons.append(_("Agree to the promises."))
    if not _same_name(signed_name, actor):
        reasons.append(_("Sign with your name as in your identity document."))
    if signature and not _PATH_DATA.fullmatch(signature):
        reasons.append(_("The handwritten signature could not be read. Write it again or type your name."))
    refuse_unless(not reasons, reasons)
    _write_commitment(case, rows, actor, now, signed_name, signature)


def _day(text) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except (TypeError, ValueError):
        return None


def _same_name(signed_name: str, actor) -> bool:
    try:
        typed = names.clean(signed_name)
    except ValidationError:
        return False
    return typed.casefold().replace(" ", "") == actor.person.name.casefold().replace(" ", "")


def _write_commitment(case: Case, rows, actor, now: datetime, signed_name: str, signature: str) -> None:
    commitment = DeferralCommitment.objects.create(
        case=case,
        text_version=COMMITMENT_TEXT_VERSION,
        signed_name=signed_name.strip(),
        signature=signature,
        signed_at=now,
        signed_by=actor,
    )
    DeferredMaterial.objects.bulk_create(
        DeferredMaterial(commitment=commitment, material=material, reason=reason, promised_on=day, due_on=day)
        for material, reason, day in rows
    )
    Material.objects.filter(pk__in=[material.pk for material, _reason, _day in rows]).update(
        status=MaterialStatus.DEFERRED
    )
    write_paper(case, PaperKind.COMMITMENT, actor=actor, now=now, commitment=commitment)


def _number(case: Case, day: date) -> str:
    """Draw the next daily serial of the region in one statement; two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO applications_casenumbercounter (region_id, day, last) VALUES (%s, %s, 1)
               ON CONFLICT (region_id, day) DO UPDATE SET last = applications_casenumbercounter.last + 1
               RETURNING last""",
            [case.region_id, day],
        )
        (serial,) = cursor.fetchone()
    return numbers.case_number(case.region_id, day, case.item.serial, serial)
