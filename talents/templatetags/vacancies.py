"""Words about vacancies for templates: `{% load vacancies %}`."""

from datetime import date, timedelta

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talents.models import Vacancy
from talents.queries.fit import Fit
from talents.states import VacancyState

register = template.Library()

TONES = {
    VacancyState.REVIEW: "amber",
    VacancyState.ONLINE: "ok",
    VacancyState.PAUSED: "amber",
    VacancyState.FILLED: "pine",
    VacancyState.OFFLINE: "seal",
}
_HAN = range(0x3400, 0xA000)


@register.filter
def pay(vacancy: Vacancy) -> str:
    """The pay with its period: "8,000 to 12,000 yuan a month"; a figure without one says nothing."""
    if not vacancy.pay_from:
        return _("pay not told")
    words = {"low": f"{vacancy.pay_from:,}", "period": vacancy.get_pay_period_display()}
    if not vacancy.pay_to or vacancy.pay_to == vacancy.pay_from:
        return _("%(low)s yuan %(period)s") % words
    return _("%(low)s to %(high)s yuan %(period)s") % {**words, "high": f"{vacancy.pay_to:,}"}


@register.filter
def tone(vacancy: Vacancy) -> str:
    """The color of a state's tag."""
    return TONES.get(vacancy.state, "")


@register.filter
def last_day(vacancy: Vacancy) -> date:
    """The last day on which a vacancy is online."""
    return vacancy.expires_on - timedelta(days=1)


@register.filter
def met_words(fit: Fit) -> str:
    """How a fit is told: "meets 4 of 5 conditions", never a percentage."""
    total = len(fit.reasons)
    if not fit.missing:
        return ngettext("meets the %(total)s condition", "meets all %(total)s conditions", total) % {"total": total}
    words = ngettext("meets %(met)s of %(total)s condition", "meets %(met)s of %(total)s conditions", total)
    return words % {"met": len(fit.met), "total": total}


@register.filter
def fit_words(fit: Fit) -> str:
    """How a fit is told, with what is missing in words."""
    if not fit.missing:
        return met_words(fit)
    missing = _(", ").join(reason.words for reason in fit.missing)
    return _("%(met)s; missing: %(what)s") % {"met": met_words(fit), "what": missing}


@register.filter
def written_in(text: str) -> str:
    """The language tag of a text that a unit wrote in one language."""
    return "zh-Hans" if any(ord(character) in _HAN for character in text) else "en"
