"""What many documents say: the item, a day, the basis, the remedies, the ban after a broken promise."""

from django.utils.translation import gettext as _

from applications.models import Case
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.citations import citation

ACCEPTANCE_SEAL = "受理专用章"


def item_words(case: Case) -> dict:
    return {"item": pick(case.item, "name"), "no": case.case_no}


def due_on(case: Case, kind: str):
    return case.clocks.filter(kind=kind).order_by("id").last().due_on


def basis(case: Case) -> list[str]:
    return [citation(basis) for basis in case.guide.legal_basis]


def remedies(case: Case) -> list[str]:
    """Return where and by when one can object, as the guide states it."""
    return [
        " ".join(filter(None, [pick(r.get("body")), pick(r.get("within")), pick(r.get("address")), r.get("phone", "")]))
        for r in case.guide.remedies
    ]


def ban_words(breach) -> str:
    return _("Supplying materials later is possible for you again from %(date)s.") % {
        "date": spoken.day(breach.ban.ends_on)
    }
