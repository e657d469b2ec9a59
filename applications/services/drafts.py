"""Drafts: begun, saved, filled with files and promises. Nothing here is seen by the office yet."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.queries import person_of, same_person
from applications import fetching, rules
from applications.models import Case, Material, MaterialFile, PowerOfAttorney
from applications.states import MaterialStatus, ScanState, State
from jobs.models import Job
from jobs.services import enqueue, enqueue_many
from notifications.services import Note, notify_many
from policies.models import GuideVersion, ServiceItem
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.spoken import day_in_both
from talentportal.lib.uploads import UploadFacts

DRAFT_DAYS = 60  # calendar days without a change [D]
CLEARED = 500  # drafts that one sweep warns of or deletes
WARN = "applications.warn_of_deletion"
STEPS = ("identity", "basics", "materials", "check", "sign")


@transaction.atomic
def start(*, item: ServiceItem, actor, now: datetime, unit=None, attorney: PowerOfAttorney | None = None) -> Case:
    """Begin a draft pinned to the guide in force, or return the one that is open already.

    `attorney`: under which the actor begins it for somebody else. Raises Refused when no guide is in force today, the
    authority does not reach, or another case of the same item is open.
    """
    today = timezone.localdate(now)
    applicant = attorney.grantor if attorney else actor
    if attorney:
        reasons = rules.attorney_obstacles(attorney, applicant=applicant, item=item, day=today)
        if attorney.agent_id != actor.pk:
            reasons.append(_("This power of attorney names another agent."))
        elif person_of(actor) is None:
            reasons.append(_("Your own identity is missing: you sign with your name."))
        if person_of(applicant) is None:
            reasons.append(_("The identity of the applicant is missing. Record it first."))
        refuse_unless(not reasons, reasons)
    guide = guide_of_today(item, today)
    mine = Case.objects.select_for_update().filter(applicant=applicant, item=item, unit=unit, state=State.DRAFT)
    if draft := mine.first():
        refuse_unless(actor.pk in (draft.applicant_id, draft.agent_id), _("The applicant has begun this already."))
        return draft
    refuse_duplicate(item, applicant, unit, actor)
    case = Case.objects.create(
        item=item,
        guide=guide,
        organization=item.organization,
        region=item.region,
        applicant=applicant,
        agent=actor if attorney else None,
        unit=unit,
        created_at=now,
        saved_at=now,
        expires_on=today + timedelta(days=DRAFT_DAYS),
    )
    lay_out_materials(case, today)
    return case


def guide_of_today(item: ServiceItem, today: date) -> GuideVersion:
    """Return the guide of an item that is in force. Raises Refused when there is none."""
    guide = item.guides.in_force(today).order_by("-version").first()
    refuse_unless(guide, _("This service item is not open for applications today."))
    return guide


def refuse_duplicate(item: ServiceItem, applicant, unit, actor) -> None:
    """Raise Refused while a case of the same item is open, of the same person and unit (domain 11.7).

    Accounts that a window linked are one person, whatever document each was opened with; what is submitted by two of
    them at the same moment waits here. `unit`: a unit or its id.
    """
    accounts = same_person(applicant)
    if len(accounts) > 1:
        list(Person.objects.select_for_update(no_key=True).filter(user__in=accounts).order_by("pk"))
    same = Case.objects.select_for_update(of=("self",)).filter(applicant__in=accounts, item=item, unit=unit)
    if open_case := same.open().first():
        mine, theirs = (
            _("You have an open case of this item already: %(no)s."),
            _("The applicant has an open case of this item already: %(no)s."),
        )
        raise Refused((mine if actor == applicant else theirs) % {"no": open_case.case_no})


def lay_out_materials(case: Case, day: date) -> None:
    """Give a new case a row for each material of its guide; what the portal holds on the day is in hand at once."""
    Material.objects.bulk_create(
        Material(
            case=case,
            spec=spec,
            status=MaterialStatus.HELD if fetching.holds(spec, case.applicant, day) else MaterialStatus.MISSING,
        )
        for spec in case.guide.materials.all()
    )


def _own_draft(case: Case, actor) -> Case:
    """Lock a draft of the actor or of whom the actor is the agent. Raises Refused when it was submitted meanwhile."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    agent = locked.agent_id == actor.pk and Case.objects.own(actor).filter(pk=case.pk).exists()
    refuse_unless(agent or locked.applicant_id == actor.pk, _("This draft belongs to somebody else."))
    refuse_unless(locked.state == State.DRAFT, _("This application has been submitted already."))
    return locked


@transaction.atomic
def look_again(*, case: Case, actor, now: datetime) -> Case:
    """Mark missing materials that the portal holds by now, e.g. since the identity was registered."""
    draft = _own_draft(case, actor)
    for material in draft.materials.filter(status=MaterialStatus.MISSING).select_related("spec"):
        if fetching.holds(material.spec, draft.applicant, timezone.localdate(now)):
            material.status = MaterialStatus.HELD
            material.save(update_fields=["status"])
    return draft


@transaction.atomic
def save_answers(*, case: Case, actor, answers: dict, step: str, now: datetime) -> Case:
    """Merge answers into a draft and remember how far it is; saving twice changes nothing more."""
    draft = _own_draft(case, actor)
    draft.answers = draft.answers | answers
    if step in STEPS and STEPS.index(step) > STEPS.index(draft.step):
        draft.step = step
    draft.saved_at = now
    draft.expires_on = max(draft.expires_on, timezone.localdate(now) + timedelta(days=DRAFT_DAYS))
    draft.save(update_fields=["answers", "step", "saved_at", "expires_on"])
    return draft


@transaction.atomic
def choose_window(*, case: Case, actor, window, now: datetime) -> Case:
    """Choose the window that will handle the case; its region is the region of the case from then on."""
    draft = _own_draft(case, actor)
    today = timezone.localdate(now)
    handled = window.items.filter(item=draft.item, starts_on__lte=today).exclude(ends_on__lte=today)
    refuse_unless(handled.exists(), _("This window does not handle this service item."))
    draft.window, draft.region, draft.saved_at = window, window.region, now
    draft.save(update_fields=["window", "region", "saved_at"])
    return draft


@transaction.atomic
def add_file(*, material: Material, actor, file, facts: UploadFacts, name: str, now: datetime) -> MaterialFile:
    """Keep an inspected file for a material of a draft, a correction or a promise; a job scans it for viruses.

    `facts` come from `talentportal.lib.uploads.inspect`. Raises Refused where the material is not open to change.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=material.case_id)
    material = Material.objects.select_for_update(of=("self",)).select_related("spec").get(pk=material.pk)
    refuse_unless(rules.may_change_material(case, material, actor), _("This material cannot be changed now."))
    kept = keep_file(material, actor=actor, file=file, facts=facts, name=name, now=now)
    if case.state == State.DRAFT:
        material.status = MaterialStatus.PROVIDED
        material.save(update_fields=["status"])
        Case.objects.filter(pk=case.pk).update(saved_at=now)
    return kept


def keep_file(material: Material, *, actor, file, facts: UploadFacts, name: str, now: datetime) -> MaterialFile:
    """Keep an inspected file as the next version of a material of a locked case; a job scans it for viruses.

    Raises Refused when the guide wants another format.
    """
    kinds = material.spec.formats
    refuse_unless(
        not kinds or facts.kind in kinds, _("This material must be one of: %(kinds)s.") % {"kinds": ", ".join(kinds)}
    )
    kept = MaterialFile.objects.create(
        material=material,
        version=material.files.count() + 1,
        name=name,
        file=file,
        kind=facts.kind,
        mime=facts.mime,
        size=facts.size,
        sha256=facts.sha256,
        scan_state=ScanState.PENDING,
        uploaded_by=actor,
        uploaded_at=now,
    )
    enqueue(kind="applications.scan_file", key=str(kept.pk), now=now, file=kept.pk)
    return kept


@transaction.atomic
def remove_file(*, file: MaterialFile, actor, now: datetime) -> None:
    """Take a file out of a draft; the material is missing again when it was the last one."""
    draft = _own_draft(file.material.case, actor)
    MaterialFile.objects.filter(pk=file.pk, removed_at__isnull=True).update(removed_at=now)
    if not file.material.files.filter(removed_at__isnull=True).exists():
        Material.objects.filter(pk=file.material_id).update(status=MaterialStatus.MISSING)
    Case.objects.filter(pk=draft.pk).update(saved_at=now)


@transaction.atomic
def promise_material(*, case: Case, actor, promises: dict[int, dict], now: datetime) -> Case:
    """Remember in a draft which materials are promised for when; `promises` is material id -> reason, promised_on.

    Only noted here; signing and every rule come with `submit`.
    """
    draft = _own_draft(case, actor)
    known = set(draft.materials.values_list("pk", flat=True))
    draft.answers = draft.answers | {
        "_promises": {
            str(pk): {"reason": promise["reason"], "promised_on": _iso(promise["promised_on"])}
            for pk, promise in promises.items()
            if pk in known
        }
    }
    draft.saved_at = now
    draft.save(update_fields=["answers", "saved_at"])
    return draft


def _iso(value) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


@transaction.atomic
def renew_draft(*, case: Case, actor, now: datetime) -> Case:
    """Carry an expired draft over to the guide in force: answers stay, files stay for materials of the same key."""
    draft = _own_draft(case, actor)
    today = timezone.localdate(now)
    guide = draft.item.guides.in_force(today).order_by("-version").first()
    refuse_unless(guide, _("This service item is not open for applications today."))
    if guide.pk != draft.guide_id:
        _move_to_guide(draft, guide)
    draft.expires_on, draft.saved_at = today + timedelta(days=DRAFT_DAYS), now
    draft.save()
    return draft


def _move_to_guide(draft: Case, guide) -> None:
    old = {material.spec.key: material for material in draft.materials.select_related("spec")}
    draft.guide = guide
    for spec in guide.materials.all():
        if material := old.pop(spec.key, None):
            material.spec = spec
            material.save(update_fields=["spec"])
        else:
            Material.objects.create(case=draft, spec=spec)
    Material.objects.filter(pk__in=[material.pk for material in old.values()]).delete()


def deleted_on(expires_on: date) -> date:
    """Return the day on which an expired draft that nobody renewed is deleted."""
    return expires_on + timedelta(days=settings.EXPIRED_DRAFT_DAYS + 1)


def sweep_draft_warnings(now: datetime) -> int:
    """Write a job for each draft that will be deleted within DRAFT_WARNING_DAYS calendar days; return how many are new.

    Repeated, it writes nothing: the key holds draft and last day, so that one that was renewed is warned of anew.
    """
    soon = timezone.localdate(now) + timedelta(days=settings.DRAFT_WARNING_DAYS - settings.EXPIRED_DRAFT_DAYS)
    ending = Case.objects.filter(~Exists(_warnings()), state=State.DRAFT, expires_on__lt=soon).order_by("pk")
    rows = [
        (f"{pk}:{expires_on}", {"case": pk, "expires_on": expires_on.isoformat()})
        for pk, expires_on in ending.values_list("pk", "expires_on")[:CLEARED]
    ]
    enqueue_many(kind=WARN, rows=rows, now=now)
    return len(rows)


def _warnings():
    """Return the jobs that warn of the deletion of a draft with its present last day, for a subquery."""
    draft, last_day = (Cast(OuterRef(name), TextField()) for name in ("pk", "expires_on"))
    return Job.objects.filter(kind=WARN, key=Concat(draft, Value(":"), last_day, output_field=TextField()))


@transaction.atomic
def warn_of_deletion(*, case_id: int, expires_on: date, now: datetime) -> None:
    """Tell the applicant, and the agent, on which day a draft is deleted; silent when it was renewed or is gone.

    A draft is theirs alone, so nobody else of the unit hears of it.
    """
    drafts = Case.objects.filter(pk=case_id, state=State.DRAFT, expires_on=expires_on)
    draft = drafts.select_for_update(of=("self",)).select_related("item", "applicant", "agent").first()
    if draft is None:
        return
    day = max(deleted_on(expires_on), timezone.localdate(now) + timedelta(days=settings.DRAFT_WARNING_DAYS))
    words = {"item": both(draft.item, "name"), "date": day_in_both(day)}
    path = f"/apply/{draft.item.code}/{draft.public_id}/{draft.step}/"
    cause = f"draft_ending:{case_id}:{expires_on}"
    people = filter(None, (draft.applicant, draft.agent))
    notes = [Note("draft_ending", one, f"{cause}:to:{one.pk}", words, path) for one in people]
    notify_many(notes=notes, now=now)


@transaction.atomic
def delete_expired_drafts(now: datetime) -> int:
    """Delete drafts that expired more than EXPIRED_DRAFT_DAYS calendar days ago, with their files; return how many.

    A sweep: at most CLEARED at a time. What an applicant has open at this moment waits (个人信息保护法 第19条), and so
    does what nobody was warned of for DRAFT_WARNING_DAYS calendar days, e.g. after an outage.
    """
    today = timezone.localdate(now)
    warned = _warnings().filter(done_at__date__lte=today - timedelta(days=settings.DRAFT_WARNING_DAYS))
    last_kept = today - timedelta(days=settings.EXPIRED_DRAFT_DAYS)
    expired = Case.objects.filter(Exists(warned), state=State.DRAFT, expires_on__lt=last_kept).order_by("pk")
    drafts = list(expired.select_for_update(skip_locked=True)[:CLEARED])
    for draft in drafts:
        _delete(draft)
    return len(drafts)


@transaction.atomic
def discard_draft(*, case: Case, actor) -> None:
    """Delete a draft with its files; nothing of it was ever submitted."""
    _delete(_own_draft(case, actor))


def _delete(draft: Case) -> None:
    files = [kept.file for kept in MaterialFile.objects.filter(material__case=draft)]
    draft.delete()
    transaction.on_commit(lambda: [file.delete(save=False) for file in files], robust=True)
