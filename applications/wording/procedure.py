"""The words about the time of a case: special procedures 特别程序, extension 延期."""

from django.utils.translation import gettext as _

from applications.models import Case
from applications.states import SpecialKind
from applications.wording.common import due_on, item_words, remedies
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick


def special(case: Case, *, special, reason: str = "", **_facts) -> dict:
    kind, days = SpecialKind(special.kind).label, special.estimated_days
    words = {"kind": kind, "basis": special.basis, "days": days, "date": spoken.day(special.expected_on)}
    begun = _("Your application “%(item)s” needs a special procedure: %(kind)s. It rests on: %(basis)s.")
    longer = _("The special procedure of your application “%(item)s” (%(kind)s) takes longer. Reason: %(reason)s")
    return {
        "paragraphs": [
            (longer if reason else begun) % {**item_words(case), **words, "reason": reason},
            _("It will take about %(days)s working days, until %(date)s.") % words,
            _("This time is not counted in the office's period, which runs on afterwards."),
        ],
        "notes": [
            _("Administrative Licence Law, article 45: the time needed is told in writing."),
            _("The office's period ends on %(date)s without the days of this procedure.")
            % {"date": spoken.day(due_on(case, "PROMISED"))},
        ],
    }


def extension(case: Case, *, extension=None, given=None, **_facts) -> dict:
    return _more_time(case, given) if given else _longer(case, extension)


def _longer(case: Case, extension) -> dict:
    words = {
        **item_words(case),
        "days": extension.days,
        "old": spoken.day(extension.old_due_on),
        "new": spoken.day(extension.new_due_on),
    }
    return {
        "paragraphs": [
            _("The period to decide your application “%(item)s” is extended by %(days)s working days.") % words,
            _("It ends on %(new)s and not on %(old)s.") % words,
            _("Reason: %(reason)s") % {"reason": extension.reason},
            _("Approved by: %(name)s.") % {"name": extension.approved_by.name},
            *_stopped(case),
        ],
        "notes": [_("Administrative Licence Law, article 42: extended once, and the reason is told."), *remedies(case)],
    }


def _stopped(case: Case) -> list[str]:
    """Say how long special procedures stopped the period: both are printed (domain 11.29)."""
    days = case.clocks.filter(kind="PROMISED").order_by("id").last().paused_days
    if not days:
        return []
    return [_("Special procedures stopped the period for %(days)s working days besides.") % {"days": days}]


def _more_time(case: Case, given) -> dict:
    items = case.commitment.items.filter(supplied_at__isnull=True, accepted_at__isnull=True)
    return {
        "paragraphs": [
            _("You asked for more time to supply promised materials of “%(item)s”: %(days)s working days are given.")
            % {**item_words(case), "days": given.days},
            _("Reason: %(reason)s") % {"reason": given.reason},
            _("Approved by: %(name)s.") % {"name": given.approved_by.name},
        ],
        "tables": [
            {
                "head": [_("Material"), _("Due on")],
                "rows": [[pick(i.material.spec, "name"), spoken.day(i.due_on)] for i in items],
                "widths": [3, 2],
            }
        ],
        "notes": [_("More time is given once.")],
    }
