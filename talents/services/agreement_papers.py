"""The agreement as a paper: its words are fixed when the last party signs, a job draws and signs the PDF."""

import hashlib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from certificates.files import signer
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.signing import sign_pdf
from talentportal.lib.stored import write_durably
from talentportal.lib.typeset import compile_pdf
from talents.catalogs import majors
from talents.models import Agreement
from talents.rules.interns import terms
from talents.states import PlaceKind

JOB = "talents.draw_agreement"
LAYOUT = Path(__file__).resolve().parent.parent / "layouts" / "agreement.typ"
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def words(agreement: Agreement, now: datetime) -> dict:
    """Return what the paper of a signed agreement says, in both languages."""
    said = {}
    for key, language in LANGUAGES.items():
        with translation.override(language):
            said[key] = _said(agreement)
    return said | {
        "number": agreement.public_id,
        "demo": settings.DEMO,
        "iso_date": timezone.localdate(now).isoformat(),
    }


def _said(agreement: Agreement) -> dict:
    application = agreement.application
    place, school = application.place, application.school
    is_internship = place.kind == PlaceKind.INTERNSHIP
    parties = [
        (_("Unit"), f"{pick(place.unit, 'name')}  {place.unit.uscc}"),
        *([(pgettext("agreement", "School"), f"{pick(school.unit, 'name')}  {school.unit.uscc}")] if school else []),
        (
            _("Student") if is_internship else _("Trainee"),
            f"{agreement.signed_name}  {application.user.person.id_masked}",
        ),
    ]
    facts = [
        (_("Post"), place.title),
        (_("Place of work"), pick(place.region, "name")),
        (_("Major"), majors().name(application.major)),
        (_("First day"), spoken.day(agreement.starts_on)),
        (_("Last day"), spoken.day(agreement.last_day)),
        (_("Paid each month (yuan)"), f"{agreement.allowance:,}"),
        (_("Who guides"), agreement.mentor),
        (_("Accident insurance"), agreement.insurance_no),
    ]
    signed = [
        (_("For the unit"), agreement.unit_signed_by.name, agreement.unit_signed_at),
        *([(_("For the school"), agreement.school_signed_by.name, agreement.school_signed_at)] if school else []),
        (_("In person"), agreement.signed_name, agreement.person_signed_at),
    ]
    return {
        "title": _("Internship agreement") if is_internship else _("Traineeship agreement"),
        "parties": parties,
        "facts": facts,
        "terms": [str(term) for term in terms(place.kind)],
        "signed": [(party, name, f"{timezone.localtime(at):%Y-%m-%d %H:%M}") for party, name, at in signed],
    }


@transaction.atomic
def draw(*, agreement: Agreement, now: datetime) -> Agreement:
    """Draw the PDF of an agreement and sign it with the portal's key.

    Killed anywhere, it leaves at most a file that the next run overwrites under the same name. Safe to run twice.
    """
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if locked.sha256 or not locked.content:
        return locked
    pdf = sign_pdf(compile_pdf(LAYOUT, locked.content, now), signer(), now=now, reason=locked.content["zh"]["title"])
    name = f"agreements/{locked.made_at:%Y/%m}/{locked.public_id}.pdf"
    write_durably(default_storage.path(name), pdf)
    locked.file.name, locked.sha256 = name, hashlib.sha256(pdf).hexdigest()
    locked.save(update_fields=["file", "sha256"])
    return locked


def draw_due(payload: dict, now: datetime) -> None:
    """Handle the job that draws and signs the paper of an agreement. Safe to run twice."""
    draw(agreement=Agreement(pk=payload["agreement"]), now=now)
