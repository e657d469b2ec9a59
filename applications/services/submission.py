"""Submission: a draft becomes a case with a number, a receipt and a clock."""

import re
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import fetching, outcomes, queries, questions, rules
from applications.models import Case, DeferralCommitment, DeferredMaterial, Material, Pledge
from applications.services import filing
from applications.services.clocks import calendar_of, remind_office
from applications.services.drafts import refuse_duplicate
from applications.services.journal import RELATED
from applications.services.messages import tell, tell_applicant
from applications.services.papers import write_paper
from applications.states import ClockKind, DeferralReason, MaterialStatus, PaperKind, Who
from policies.pages import kept
from talentportal.lib import names
from talentportal.lib.bilingual import both, pick
from talentportal.lib.refusals import Refused, refuse_unless

COMMITMENT_TEXT_VERSION = "2026-1"
PLEDGE_TEXT_VERSION = "2026-1"
_PATH_DATA = re.compile(r"[MLQCZmlqcz0-9 .,\-]{8,60000}")


def submit(
    *,
    case: Case,
    actor,
    now: datetime,
    declares: bool,
    signed_name: str = "",
    signature: str = "",
    agrees: bool = False,
    pledges: bool = False,
    pledge_name: str = "",
) -> Case:
    """Submit a draft: check everything again, sign the promises, number the case, start the office's clock.

    Where the guide has an online pre-check, the case is sent there first (`submit_precheck`), else to acceptance.

    Of `case` only the public id is used; a bare Case(public_id=...) will do.
    `declares`: the applicant says that everything is true. `agrees` with `signed_name` (the real name, typed) and
    optionally `signature` (handwriting as SVG path data) sign the commitment for missing deferrable materials.
    `pledges` with `pledge_name` signs that the conditions are met, where the guide decides on commitment 告知承诺.
    Raises Refused with every reason; then nothing is written. Effects: case number, commitment, acceptance clock, and
    a job that writes the papers and messages (`confirm_submission`). Few statements: this is the busiest verb.
    """
    try:
        with transaction.atomic():
            return _submit(case, actor, now, declares, signed_name, signature, agrees, pledge_name if pledges else None)
    except IntegrityError as error:
        if "case_one_open" in str(error):
            raise Refused(_("You have an open case of this item already.")) from error
        raise


def _submit(case: Case, actor, now: datetime, declares, signed_name, signature, agrees, pledge_name) -> Case:
    today = timezone.localdate(now)
    case = filing.lock_draft(case.public_id, today)
    refuse_unless(
        case.applicant_id == actor.pk or queries.attorney_of(case, actor, today),
        _("This draft belongs to somebody else."),
    )
    case.guide = kept.guide(case.guide_id)
    case.item = case.guide.item
    verb = "submit_precheck" if case.guide.has_precheck else "submit"
    refuse_unless(not (reasons := rules.may_do(verb, case.state, {Who.APPLICANT})), reasons)
    if case.applicant_id == actor.pk:
        case.applicant = actor
    case.applicant_name = case.unit_name or case.person_name
    _refuse_unready(case, declares, now)
    if case.is_linked:  # of one account alone the database lets no second case be open
        refuse_duplicate(case.item, case.applicant, case.unit_id, actor)
    missing = rules.missing_specs(case.guide.materials.all(), case.answers, case.in_hand)
    if missing:
        promises = {int(pk): promise for pk, promise in case.answers.get("_promises", {}).items()}
        signed = {"name": actor.person.name, "signed_name": signed_name, "signature": signature, "agrees": agrees}
        sign_commitment(case, missing, promises, signer=actor, now=now, **signed)
    elif pledge_name is not None:
        _sign_pledge(case, actor, now, pledge_name)
    calendar = calendar_of(case)
    filing.number_case(case, today)
    filing.file_case(case, verb=verb, actor=actor, today=today, now=now, calendar=calendar, missing=len(missing))
    return case


@transaction.atomic
def confirm_submission(*, case: Case, now: datetime) -> Case | None:
    """Write what a submission owes: commitment and receipt as papers, the window's reminder, the applicant's message.

    A case that was sent for pre-check gets its receipt when it is received. None when all was done before; safe to run
    twice.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=case.pk)
    if case.papers.filter(kind=PaperKind.RECEIPT).exists():
        return None
    entry = queries.receipt_entry(case)
    write_commitment_paper(case)
    if case.agent_id and entry.actor_id == case.agent_id:
        tell_applicant("handed_in_for_you", case, now, agent=case.agent.name, office=both(case.window, "name"))
    if entry.verb == "submit_precheck":
        tell("precheck_submitted", case, now)
        return case
    write_paper(case, PaperKind.RECEIPT, actor=case.applicant, now=case.received_at)
    clock = case.clocks.filter(kind=ClockKind.ACCEPT, finished_at__isnull=True).first()
    if clock:
        remind_office(case, clock, event="acceptance_due", now=now)
    tell("submitted", case, now)
    return case


def write_commitment_paper(case: Case) -> None:
    """Fix the signed commitment of a case as a paper, once."""
    commitment = getattr(case, "commitment", None) or getattr(case, "pledge", None)
    if commitment and not case.papers.filter(kind=PaperKind.COMMITMENT).exists():
        write_paper(
            case, PaperKind.COMMITMENT, actor=commitment.signed_by, now=commitment.signed_at, commitment=commitment
        )


def _refuse_unready(case: Case, declares: bool, now: datetime) -> None:
    guide, reasons, today = case.guide, [], timezone.localdate(now)
    if case.expires_on and case.expires_on < today:
        reasons.append(_("This draft has expired. Renew it first; your answers stay."))
    if not guide.is_in_force(today):
        reasons.append(_("The guide of this item has changed or is no longer in force. Renew the draft first."))
    if not case.person_name:
        reasons.append(_("Your identity is missing. Fill in the first step."))
    answers = questions.kept_form(guide, today, case.answers)
    reasons += [reason for found in answers.errors.values() for reason in found]
    judged = outcomes.faults(case, now=now)
    reasons += [reason for key, found in judged.items() if key not in answers.errors for reason in found]
    if case.window_id is None:
        reasons.append(_("Choose the window that will handle your case."))
    elif not case.window_serves:
        reasons.append(_("This window does not handle this service item. Choose another one."))
    if guide.by_unit and case.unit_id is None:
        reasons.append(_("This item is applied for by the unit. Choose the unit."))
    for spec in _outlived(case, today):
        reasons.append(_("“%(name)s” is no longer valid. Hand in a newer one.") % {"name": pick(spec, "name")})
    if not declares:
        reasons.append(_("Confirm that what you state is true."))
    refuse_unless(not reasons, reasons)


def _outlived(case: Case, today: date) -> list:
    """List the materials in hand that have expired since: copies of verified ones, and certificates."""
    specs = [spec for spec in case.guide.materials.all() if rules.applies(spec, case.answers)]
    vouched = any(spec.fetch_from.startswith("certificate:") for spec in specs)
    lost = fetching.lost(case, today) if vouched else ()
    return [spec for spec in specs if spec.pk in case.expired or spec.key in lost]


def sign_commitment(
    case: Case, missing, promises: dict, *, signer, name: str, now: datetime, signed_name, agrees, signature=""
) -> None:
    """Write the commitment for all missing materials, or refuse with every reason.

    `promises`: id of the material -> reason, promised_on as a day or ISO text. `name`: of the signer, as it must be
    signed.
    """
    today, calendar = timezone.localdate(now), calendar_of(case)
    reasons = rules.deferral_obstacles(case.guide, missing, queries.standing_of(case, today))
    refuse_unless(not reasons, reasons)
    of_spec = {material.spec_id: material for material in case.materials.all()}
    rows = []
    for spec in missing:
        promise = promises.get(of_spec[spec.pk].pk, {})
        day = _day(promise.get("promised_on"))
        latest = rules.latest_supply_day(case.guide, spec, today, calendar)
        said = rules.promise_obstacles(day, today, latest, calendar)
        if promise.get("reason") not in DeferralReason.values:
            said.append(_("Choose why it is not there yet."))
        reasons += [_("%(name)s: %(reason)s") % {"name": pick(spec, "name"), "reason": reason} for reason in said]
        rows.append((of_spec[spec.pk], promise.get("reason"), day))
    if not agrees:
        reasons.append(_("Agree to the promises."))
    if not names.is_same(signed_name, name):
        reasons.append(_("Sign with your name as in your identity document."))
    if signature and not _PATH_DATA.fullmatch(signature):
        reasons.append(_("The handwritten signature could not be read. Write it again or type your name."))
    refuse_unless(not reasons, reasons)
    _write_commitment(case, rows, signer, now, signed_name, signature)


def _sign_pledge(case: Case, actor, now: datetime, signed_name: str) -> None:
    """Write the word that the conditions are met, where the guide decides on it, or refuse with every reason."""
    reasons = rules.pledge_obstacles(case.guide, queries.has_broken_pledge(case.applicant_id))
    if not names.is_same(signed_name, actor.person.name):
        reasons.append(_("Sign with your name as in your identity document."))
    refuse_unless(not reasons, reasons)
    Pledge.objects.create(
        case=case, text_version=PLEDGE_TEXT_VERSION, signed_name=signed_name.strip(), signed_at=now, signed_by=actor
    )


def _day(text) -> date | None:
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text or "")
    except (TypeError, ValueError):
        return None


def _write_commitment(case: Case, rows, signer, now: datetime, signed_name: str, signature: str) -> None:
    commitment = DeferralCommitment.objects.create(
        case=case,
        text_version=COMMITMENT_TEXT_VERSION,
        signed_name=signed_name.strip(),
        signature=signature,
        signed_at=now,
        signed_by=signer,
    )
    DeferredMaterial.objects.bulk_create(
        DeferredMaterial(commitment=commitment, material=material, reason=reason, promised_on=day, due_on=day)
        for material, reason, day in rows
    )
    Material.objects.filter(pk__in=[material.pk for material, _reason, _day in rows]).update(
        status=MaterialStatus.DEFERRED
    )
