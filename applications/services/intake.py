"""Receipt 收件: after a pre-check, or of a paper application at the window on behalf of a person."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import outcomes, queries, questions, rules
from applications.models import Case, PowerOfAttorney
from applications.services import filing
from applications.services.clocks import finish_clocks, lead, remind_office, start_clock
from applications.services.correction import put_answers, reopen_materials
from applications.services.drafts import guide_of_today, keep_file, lay_out_materials, refuse_duplicate
from applications.services.journal import step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.services.submission import sign_commitment, write_commitment_paper
from applications.states import Channel, ClockKind, MaterialStatus, PaperKind, State, Who
from policies.models import ServiceItem
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.uploads import UploadFacts

FileOfMaterial = tuple[object, UploadFacts, str]  # file, what `talentportal.lib.uploads.inspect` found, its name


@transaction.atomic
def receive(*, case: Case, actor, now: datetime, seen: Collection[int], version: int | None = None) -> Case:
    """Receive an application whose pre-check was passed, once every original was shown at the window.

    `seen`: ids of the materials whose original the clerk saw. Effects: receipt, the acceptance period begins.
    """
    case, role = take(case, verb="receive", actor=actor, now=now, version=version)
    refuse_unless(case.state != State.DRAFT, _("Take the application in at the window; this is still a draft."))
    wanted = rules.originals(queries.materials_of(case), case.answers)
    refuse_unless(not (reasons := rules.original_obstacles(wanted, seen)), reasons)
    finish_clocks(case, ClockKind.CORRECTION, now=now)
    begin_acceptance(case, actor=actor, role=role, now=now, originals=[m.spec.key for m in wanted])
    tell("received", case, now)
    return case


def begin_acceptance(case: Case, *, actor, role: str, now: datetime, **facts) -> None:
    """Note the receipt of a locked case and start the office's acceptance period: event, receipt, reminder."""
    case.received_at = case.received_at if case.transferred_from_id else now
    clock = start_clock(case, ClockKind.ACCEPT, days=case.guide.accept_days, started_on=timezone.localdate(now))
    lead(case, State.RECEIVED)
    step(case, verb="receive", actor=actor, role=role, now=now, **facts)
    write_commitment_paper(case)
    write_paper(case, PaperKind.RECEIPT, actor=actor, now=now)
    remind_office(case, clock, event="acceptance_due", now=now)


def receive_at_window(
    *,
    item: ServiceItem,
    applicant,
    window,
    actor,
    now: datetime,
    answers: Mapping,
    files: Mapping[str, Iterable[FileOfMaterial]],
    attorney: PowerOfAttorney | None = None,
    unit=None,
    on_paper: Collection[str] = (),
    promises: Mapping[str, Mapping] | None = None,
    signed_name: str = "",
    agrees: bool = False,
    channel: Channel = Channel.WINDOW,
) -> Case:
    """Take in a paper application on behalf of a person: a case that was never a draft.

    `files`: key of the material -> its scans; `on_paper`: keys of materials handed in without a scan. What is missing
    does not stop the receipt: it is told afterwards, once. Or all of it is promised by the rules of `submit`:
    `promises`: key of the material -> reason, promised_on; `agrees`: the clerk saw the commitment signed on paper, with
    `signed_name`. `attorney`: of whoever brought it, who then signs. Effects: case number, receipt, commitment,
    acceptance clock, a message to the applicant's own phone. Raises Refused with every reason.
    """
    try:
        with transaction.atomic():
            case = _new_case(item, applicant, unit, window, actor, now, attorney, channel)
            signed = {"promises": promises or {}, "signed_name": signed_name, "agrees": agrees}
            return _take_in(case, actor, now, answers, files, on_paper, attorney, signed)
    except IntegrityError as error:
        if "case_one_open" in str(error):
            raise Refused(_("There is an open case of this item already.")) from error
        raise


def _new_case(item: ServiceItem, applicant, unit, window, actor, now: datetime, attorney, channel: Channel) -> Case:
    """Return the case unsaved, once nothing stands against receiving it here by this clerk."""
    today = timezone.localdate(now)
    case = Case(
        item=item,
        guide=guide_of_today(item, today),
        organization=item.organization,
        region=window.region,
        window=window,
        applicant=applicant,
        unit=unit,
        agent=attorney.agent if attorney else None,
        channel=channel,
        created_at=now,
        saved_at=now,
    )
    reasons = rules.may_do("receive", State.DRAFT, queries.roles_on(case, actor, today))
    if unit and unit.members.filter(user=actor, left_at__isnull=True).exists():
        reasons.append(_("You act for this unit yourself; a colleague has to take it in."))
    if not window.items.filter(item=item, starts_on__lte=today).exclude(ends_on__lte=today).exists():
        reasons.append(_("This window does not handle this service item."))
    if getattr(applicant, "person", None) is None:
        reasons.append(_("The identity of the applicant is missing. Record it first."))
    if attorney:
        reasons += rules.attorney_obstacles(attorney, applicant=applicant, item=item, day=today)
    refuse_unless(not reasons, reasons)
    refuse_duplicate(item, applicant, unit, actor)
    return case


def _take_in(case: Case, actor, now: datetime, answers, files: Mapping, on_paper, attorney, signed: Mapping) -> Case:
    today = timezone.localdate(now)
    form = questions.kept_form(case.guide, today, answers)
    refuse_unless(form.is_valid(), [reason for found in form.errors.values() for reason in found])
    case.answers = {key: value for key, value in form.to_keep().items() if value not in (None, "", [])}
    judged = outcomes.faults(case, now=now)
    refuse_unless(not judged, [reason for found in judged.values() for reason in found])
    open_received(case, today=today, received_at=now)
    materials = {m.spec.key: m for m in case.materials.select_related("spec")}
    unknown = {*files, *on_paper, *signed["promises"]} - set(materials)
    refuse_unless(not unknown, _("The guide does not ask for this material."))
    for key, scans in files.items():
        for file, facts, name in scans:
            keep_file(materials[key], actor=actor, file=file, facts=facts, name=name, now=now)
    handed_in = {materials[key].pk for key in {*on_paper, *(key for key, scans in files.items() if scans)}}
    case.materials.filter(pk__in=handed_in).update(status=MaterialStatus.PROVIDED)
    facts = {"attorney": attorney.public_id, "agent": attorney.agent_name} if attorney else {}
    if signed["promises"]:
        facts["promised"] = _promise(case, attorney, now, **signed)
    begin_acceptance(case, actor=actor, role=Who.CLERK, now=now, on_paper=sorted(on_paper), **facts)
    tell("received", case, now)
    return case


def _promise(case: Case, attorney, now: datetime, *, promises: Mapping, signed_name: str, agrees: bool) -> list[str]:
    """Record the commitment that was signed on paper for everything that is missing; return the keys of it."""
    materials = list(case.materials.select_related("spec"))
    missing = rules.missing_specs(case.guide.materials.all(), case.answers, queries.specs_in_hand(materials))
    refuse_unless(missing, _("Nothing is missing that could be promised."))
    promised = {material.pk: promises.get(material.spec.key, {}) for material in materials}
    name = attorney.agent_name if attorney else case.applicant.person.name
    signer = attorney.agent if attorney and attorney.agent else case.applicant
    sign_commitment(case, missing, promised, signer=signer, name=name, now=now, signed_name=signed_name, agrees=agrees)
    return [spec.key for spec in missing]


def open_received(case: Case, *, today, received_at: datetime) -> None:
    """Number and save a case that was never a draft, with its materials; `step` then tells where it came from."""
    case.applicant_name = case.applicant_name or (case.unit.name if case.unit else case.applicant.person.name)
    case.received_at, case.state = received_at, State.RECEIVED
    filing.number_case(case, today)
    case.save(force_insert=True)
    lay_out_materials(case, today)
    case.state = State.DRAFT


@transaction.atomic
def take_on(*, case: Case, actor, now: datetime, unit, document_no: str, version: int | None = None) -> Case:
    """Note that the successor of a unit that was merged or split takes an open case on (domain 11.9).

    `document_no`: of its written confirmation. Its people see the case from now on; breaches and bans of the old unit
    do not pass. Raises Refused with every reason.
    """
    case, role = take(case, verb="take_on", actor=actor, now=now, version=version)
    today, reasons = timezone.localdate(now), []
    if case.unit is None or not case.unit.successions.filter(new=unit, starts_on__lte=today).exists():
        reasons.append(_("This is no successor of the unit of the case."))
    if not document_no.strip():
        reasons.append(_("Give the number of the written confirmation."))
    if Case.objects.open().filter(applicant=case.applicant, item=case.item, unit=unit).exclude(pk=case.pk).exists():
        reasons.append(_("The successor has an open case of this item for the same person."))
    refuse_unless(not reasons, reasons)
    before, case.unit = case.unit, unit
    case.applicant_name = unit.name if case.applicant_name == before.name else case.applicant_name
    step(
        case,
        verb="take_on",
        actor=actor,
        role=role,
        now=now,
        opinion=document_no.strip(),
        before=before.pk,
        after=unit.pk,
    )
    tell("taken_on", case, now, key=str(case.version), name=unit.name)
    return case


@transaction.atomic
def fix_on_spot(
    *,
    case: Case,
    actor,
    now: datetime,
    note: str,
    field: str = "",
    new=None,
    old=None,
    material=None,
    files: Iterable[FileOfMaterial] = (),
    version: int | None = None,
) -> Case:
    """Put right a slip while the applicant is at the window (许可法 第32条(3)): an answer, or a material.

    `field` and `new`: key of the question and its right answer; `old`, where given, is the answer the clerk saw.
    `material`: one that was completed, e.g. signed, with its new scans. `note` says how the applicant agreed. The old
    value stays in the event. Raises Refused when nothing would change.
    """
    case, role = take(case, verb="fix_on_spot", actor=actor, now=now, version=version)
    refuse_unless(note.strip(), _("Write down how the applicant agreed."))
    refuse_unless(bool(field) != bool(material), _("Name the answer or the material that is put right."))
    if field:
        refuse_unless(old is None or case.answers.get(field) == old, _("The answer has changed meanwhile."))
        facts = {"changed": put_answers(case, {field: new}, timezone.localdate(now))}
        refuse_unless(facts["changed"], _("Nothing would change."))
    else:
        facts = _complete(case, material, actor, now, files)
    step(case, verb="fix_on_spot", actor=actor, role=role, now=now, opinion=note.strip(), **facts)
    tell("fixed_on_spot", case, now, key=str(case.version), reason=note.strip())
    return case


def _complete(case: Case, material, actor, now: datetime, files: Iterable[FileOfMaterial]) -> dict:
    """Take in the completed form of a material; it has to be checked again. The old file is kept as it was."""
    found = case.materials.select_related("spec").filter(pk=material.pk).first()
    refuse_unless(found, _("A material of another case was named."))
    before = {"material": found.spec.key, "was": [found.status, found.check_result, found.check_note]}
    for file, facts, name in files:
        keep_file(found, actor=actor, file=file, facts=facts, name=name, now=now)
    reopen_materials([found.pk], provided=[found.pk])
    return before
