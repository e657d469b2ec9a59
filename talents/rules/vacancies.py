"""What cannot be right about a vacancy. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from talents import limits
from talents.catalogs import majors, occupations
from talents.states import PayPeriod

MOST = {"posts": 999, "years": 40, "majors": 5, "skills": 12}
SKILL_LENGTH = 30
HIGHEST_PAY = {PayPeriod.HOUR: 10_000, PayPeriod.DAY: 100_000, PayPeriod.MONTH: 1_000_000, PayPeriod.YEAR: 10_000_000}


def faults(facts: Mapping, today: date) -> dict[str, str]:
    """Return field -> why it cannot be right, in the active language; {} when nothing is wrong."""
    found = _of_texts(facts) | _of_pay(facts) | _of_lists(facts)
    for name, least in (("posts", 1), ("years", 0)):
        if not least <= facts[name] <= MOST[name]:
            found[name] = _("A number from %(least)s to %(most)s.") % {"least": least, "most": MOST[name]}
    if facts["expires_on"] <= today:
        found["expires_on"] = _("This day has passed.")
    elif facts["expires_on"] > today + timedelta(days=limits.VACANCY_DAYS_MOST + 1):
        words = _("A vacancy is online for at most %(days)s days; then it can be put online again.")
        found["expires_on"] = words % {"days": limits.VACANCY_DAYS_MOST}
    return found


def _of_texts(facts: Mapping) -> dict[str, str]:
    found = {}
    if not facts["title"].strip():
        found["title"] = _("Say which post it is.")
    if not facts["description"].strip():
        found["description"] = _("Say what the work is.")
    return found


def _of_pay(facts: Mapping) -> dict[str, str]:
    low, high = facts["pay_from"], facts["pay_to"]
    if not low:
        return {"pay_from": _("Say what is paid; without it nobody can decide.")}
    if high is not None and high < low:
        return {"pay_to": _("The upper pay must not be below the lower one.")}
    if (high or low) > HIGHEST_PAY[PayPeriod(facts["pay_period"])]:
        return {"pay_from": _("This is more than anybody is paid. Look at the period.")}
    return {}


def _of_lists(facts: Mapping) -> dict[str, str]:
    found = {}
    for name in ("majors", "skills"):
        if len(facts[name]) > MOST[name]:
            found[name] = _("At most %(most)s.") % {"most": MOST[name]}
    if any(not 0 < len(skill) <= SKILL_LENGTH for skill in facts["skills"]):
        found["skills"] = _("Each skill has at most %(most)s characters.") % {"most": SKILL_LENGTH}
    if any(code not in majors() for code in facts["majors"]):
        found["majors"] = _("This is not in the list.")
    if facts["occupation"] and facts["occupation"] not in occupations():
        found["occupation"] = _("This is not in the list.")
    return found
