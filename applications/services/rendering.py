"""From the fixed words of an official document to its sealed PDF."""

import hashlib
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from applications.models import Paper
from certificates.files import signer
from talentportal.lib.signing import sign_pdf
from talentportal.lib.stored import write_durably
from talentportal.lib.typeset import compile_pdf

LAYOUT = Path(__file__).resolve().parent.parent / "layouts" / "paper.typ"


@transaction.atomic
def render_paper(*, paper: Paper, now: datetime) -> Paper:
    """Draw and sign the PDF of a document, in Chinese, followed by English for those who read English.

    Killed anywhere, it leaves at most a file that the next run overwrites under the same name. Safe to run twice.
    """
    locked = Paper.objects.select_for_update(of=("self",)).select_related("case__applicant").get(pk=paper.pk)
    if locked.sha256:
        return locked
    language = "en" if locked.case.applicant.language == "en" else "zh"
    data = locked.content[language] | {"iso_date": timezone.localdate(locked.issued_at).isoformat()}
    pdf = sign_pdf(compile_pdf(LAYOUT, data, locked.issued_at), signer(), now=now)
    name = f"papers/{locked.issued_at:%Y/%m}/{locked.public_id}.pdf"
    write_durably(default_storage.path(name), pdf)
    locked.file.name, locked.sha256 = name, hashlib.sha256(pdf).hexdigest()
    locked.save(update_fields=["file", "sha256"])
    return locked
