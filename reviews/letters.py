"""Letters to who objected and left an e-mail address; others ask with the number of the receipt."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications import wording
from notifications.models import MessageTemplate
from notifications.queries import in_language
from reviews.models import Objection
from talentportal.lib.bilingual import both
from talentportal.lib.spoken import day_in_both

LETTER_JOB = "reviews.write_objector"


def write_objector(payload: dict, now: datetime) -> None:
    """Handle the job that writes to who objected: that it arrived, or how it was answered. Raises OSError to try again.

    The letter says neither what was objected to nor the answer: that is on the page of the number.
    """
    objection = Objection.objects.select_related("entry__publicity").get(pk=payload["objection"])
    template = MessageTemplate.objects.filter(event=payload["event"]).first()
    if template is None or "@" not in objection.contact:
        return
    words = {
        "publicity": both(objection.entry.publicity, "title"),
        "code": objection.code,
        "date": day_in_both(objection.take_up_by),
    }
    text = wording.compose(template, words, objection.language)
    link = settings.BASE_URL + in_language(f"/publicity/objection/?number={objection.code}", objection.language)
    with override(objection.language):
        parts = [text.body, link, str(_("This mail was sent by the portal; do not answer."))]
    EmailMessage(text.title, "\n\n".join(parts), None, [str(objection.contact)]).send()
