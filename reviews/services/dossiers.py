"""Anonymous dossiers 匿名材料: made from a case, checked by a second person, withdrawn with the case."""

import hashlib
import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from applications.models import Case
from applications.questions import readable
from applications.states import State
from reviews.models import Dossier, DossierFile, Group
from reviews.queries.names import known_names
from reviews.queries.rounds import in_charge
from reviews.rules.anonymity import Scrubber, free_number, how_shown, lot
from reviews.services import standings
from reviews.services.rounds import NOT_YOURS
from reviews.states import RoundState
from talentportal.lib import nameless
from talentportal.lib.refusals import LANGUAGES, refuse_unless
from talentportal.lib.uploads import UploadFacts

KINDS = ("pdf", "jpg", "png")
MOST_FILES = 30


@transaction.atomic
def make_dossier(*, group: Group, case: Case, actor, now: datetime) -> Dossier:
    """Put a case into a group: its answers without names, under a number that follows from a lot.

    Number and order by lot follow from the round's number and the case's secret id alone: the same again for an audit,
    told to nobody before. Only until the candidates are frozen, because later nobody would avoid this applicant.
    Raises Refused with every reason.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("guide", "unit", "region", "applicant")
        .get(pk=case.pk)
    )
    group = Group.objects.select_for_update(of=("self",)).select_related("round__organization").get(pk=group.pk)
    reasons = [] if in_charge(actor, group.round.organization, now) else [NOT_YOURS]
    if case.item_id != group.round.item_id:
        reasons.append(_("The case belongs to another service item than the round."))
    if case.state != State.EXAMINING:
        reasons.append(_("Only a case that is accepted and being examined goes to the experts."))
    if group.round.state not in (RoundState.PREPARING, RoundState.DRAWN) or group.draws.exclude(drawn_at=None).exists():
        reasons.append(_("The experts of this group were chosen without regard to this applicant. Use another group."))
    elif group.draws.filter(dropped_at=None).exists():
        reasons.append(
            _(
                "The candidates of this group are frozen, without regard to this applicant. Drop the frozen pool "
                "first, or use another group."
            )
        )
    if Dossier.objects.live().filter(case=case).exists():
        reasons.append(_("This case has a dossier already."))
    refuse_unless(not reasons, reasons)
    number, taken = group.round.number, set(group.dossiers.values_list("seq", flat=True))
    dossier = Dossier(
        group=group,
        case=case,
        seq=free_number(lot("number", number, case.public_id), taken),
        sealed_order=lot("order", number, case.public_id),
        made_by=actor,
        made_at=now,
    )
    _write(dossier, now)
    dossier.save()
    return dossier


def _write(dossier: Dossier, now: datetime) -> None:
    """Fill in the answers without names; the earlier check is void."""
    case, today = dossier.case, timezone.localdate(now)
    scrubber = Scrubber(known_names(case, today, dossier.names))
    shown = {question["key"]: how_shown(question) for question in case.guide.questions}
    lines: dict[str, dict] = {}
    for short, language in LANGUAGES.items():
        with override(language):
            for key, label, text in readable(case.guide, today, case.answers):
                if not text:
                    continue
                line = lines.setdefault(key, {"key": key, "label": {}, "text": {}})
                line["label"][short] = label
                line["text"][short] = text if shown[key] == "keep" else scrubber.scrub(text, short)
    dossier.answers = [line for key, line in lines.items() if shown[key] in ("keep", "scrub")]
    dossier.left_out = [key for key in lines if shown[key] not in ("keep", "scrub")]
    dossier.checked_by = dossier.checked_at = None


@transaction.atomic
def take_out(*, dossier: Dossier, words: list[str], actor, now: datetime) -> Dossier:
    """Take further names out of a dossier that the portal could not know: a nickname, a product, a supervisor.

    The answers are made anew and the files looked through again; the check is due again.
    """
    dossier = _lock(dossier, actor, now)
    words = [word.strip()[:100] for word in words if len(word.strip()) > 1]
    refuse_unless(words, _("Enter at least one name of two characters or more."))
    dossier.names = list(dict.fromkeys([*dossier.names, *words]))
    dossier.made_by, dossier.made_at = actor, now
    _write(dossier, now)
    dossier.save()
    scrubber = _scrubber(dossier, now)
    for file in dossier.files.filter(kind="pdf"):
        with file.file.open("rb") as content:
            file.findings = scrubber.found_in(nameless.text_of(content.read()))
        file.cleared_by, file.cleared_reason = None, ""
        file.save(update_fields=["findings", "cleared_by", "cleared_reason"])
    return dossier


@transaction.atomic
def add_file(
    *, dossier: Dossier, title_zh: str, title_en: str, file, facts: UploadFacts, actor, now: datetime
) -> DossierFile:
    """Add the anonymous version of a material: copied without metadata, its text looked through for known names.

    What is found is kept with the file, and the dossier cannot be approved before a second person has judged it.
    Raises Refused for other kinds of files, damaged ones, and titles that hold a name.
    """
    dossier = _lock(dossier, actor, now)
    scrubber = _scrubber(dossier, now)
    refuse_unless(facts.kind in KINDS, _("An anonymous version is a PDF, JPG or PNG."))
    refuse_unless(dossier.files.count() < MOST_FILES, _("A dossier holds at most 30 files."))
    refuse_unless(not scrubber.found_in(f"{title_zh} {title_en}"), _("The title names the applicant."))
    file.seek(0)
    try:
        copy = (nameless.copy_pdf if facts.kind == "pdf" else nameless.copy_image)(file.read())
        text = nameless.text_of(copy) if facts.kind == "pdf" else ""
    except nameless.CannotCopy:
        refuse_unless(False, _("The file could not be copied without its hidden data. Print it to a new PDF."))
    last = dossier.files.order_by("-seq").first()
    added = DossierFile(
        dossier=dossier,
        seq=last.seq + 1 if last else 1,
        title_zh=title_zh,
        title_en=title_en,
        kind=facts.kind,
        sha256=hashlib.sha256(copy).hexdigest(),
        has_text=bool(text.strip()),
        findings=scrubber.found_in(text),
        added_by=actor,
        added_at=now,
    )
    added.file.save(f"{secrets.token_hex(16)}.{facts.kind}", ContentFile(copy), save=False)
    added.save()
    _uncheck(dossier)
    return added


@transaction.atomic
def remove_file(*, file: DossierFile, actor, now: datetime) -> None:
    """Take a file out of a dossier that nobody has scored yet. Raises Refused."""
    dossier = _lock(file.dossier, actor, now)
    refuse_unless(not dossier.sheets.exists(), _("Experts have read this dossier already."))
    stored = dossier.files.get(pk=file.pk).file
    dossier.files.filter(pk=file.pk).delete()
    transaction.on_commit(lambda: stored.storage.delete(stored.name))
    _uncheck(dossier)


@transaction.atomic
def clear_file(*, file: DossierFile, reason: str, actor, now: datetime) -> DossierFile:
    """Judge that what was found in a file tells nothing of the applicant; by another person than who added it."""
    dossier = _lock(file.dossier, actor, now)
    file = dossier.files.get(pk=file.pk)
    reasons = [] if file.added_by_id != actor.pk else [_("Another person than the one who added the file judges this.")]
    reasons += [] if reason.strip() else [_("Say why it tells nothing of the applicant.")]
    refuse_unless(not reasons, reasons)
    file.cleared_by, file.cleared_reason = actor, reason.strip()[:300]
    file.save(update_fields=["cleared_by", "cleared_reason"])
    return file


@transaction.atomic
def approve_dossier(*, dossier: Dossier, actor, now: datetime) -> Dossier:
    """Approve a dossier after a second look at every answer and file: from now on its experts may read it.

    Raises Refused where the same person made it or added files, and while found names were not judged. Approved
    already: nothing happens.
    """
    dossier = _lock(dossier, actor, now)
    if dossier.checked_at:
        return dossier
    reasons = []
    if actor.pk == dossier.made_by_id or dossier.files.filter(added_by=actor).exists():
        reasons.append(_("Another person than the one who made the dossier must check it."))
    for file in dossier.files.filter(cleared_by__isnull=True).exclude(findings=[]):
        words = {"seq": file.seq, "words": "、".join(file.findings[:5])}
        reasons.append(_("File %(seq)s still holds: %(words)s. Replace it, or say why that tells nothing.") % words)
    refuse_unless(not reasons, reasons)
    dossier.checked_by, dossier.checked_at = actor, now
    dossier.save(update_fields=["checked_by", "checked_at"])
    return dossier


@transaction.atomic
def withdraw_dossier(*, dossier: Dossier, now: datetime) -> Dossier:
    """Take a dossier out of review with its case (domain 11.4): nobody opens it any more, its sheets stay sealed.

    The other dossiers of the group go on and are ranked without it. Safe to run twice.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("group__round").get(pk=dossier.pk)
    if dossier.withdrawn_at:
        return dossier
    dossier.withdrawn_at = now
    dossier.save(update_fields=["withdrawn_at"])
    standings.compute(group=dossier.group, now=now, reason=_("a dossier of the group was withdrawn"))
    return dossier


@transaction.atomic
def withdraw_of(*, case: Case, now: datetime) -> None:
    """Take whatever dossier a case has out of review; for outcomes that hear of a case that ended."""
    for dossier in Dossier.objects.live().filter(case=case).exclude(group__round__state=RoundState.CLOSED):
        withdraw_dossier(dossier=dossier, now=now)


def _lock(dossier: Dossier, actor, now: datetime) -> Dossier:
    """Lock a live dossier of a round that is not closed, for somebody of its office."""
    related = ("group__round__organization", "case__guide", "case__unit", "case__region", "case__applicant")
    dossier = Dossier.objects.select_related(*related).select_for_update(of=("self",)).get(pk=dossier.pk)
    reasons = [] if in_charge(actor, dossier.group.round.organization, now) else [NOT_YOURS]
    reasons += [_("The dossier was withdrawn.")] if dossier.withdrawn_at else []
    reasons += [_("The round is closed.")] if dossier.group.round.state == RoundState.CLOSED else []
    refuse_unless(not reasons, reasons)
    return dossier


def _uncheck(dossier: Dossier) -> None:
    dossier.checked_by = dossier.checked_at = None
    dossier.save(update_fields=["checked_by", "checked_at"])


def _scrubber(dossier: Dossier, now: datetime) -> Scrubber:
    return Scrubber(known_names(dossier.case, timezone.localdate(now), dossier.names))
