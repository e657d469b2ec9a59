"""A unit writes a vacancy, a person of the office reads it, it is online for its days (人力资源市场暂行条例 第24, 26, 33条)."""

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from applications.services.clocks import at_nine
from jobs.services import enqueue
from notifications.services import Note, cancel_reminders, notify_many, plan_reminders
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.catalogs import majors, occupations
from talents.models import Vacancy, VacancyEvent
from talents.queries.units import acting_units, acts_for, checks_units, handlers_of
from talents.rules.wording import discriminating
from talents.services import news
from talents.states import VACANCY_MOVES, VacancyState

TEXTS = ("title", "description", "conditions")
FACTS = (
    *("title", "occupation", "posts", "kind", "region", "pay_from", "pay_to", "pay_period", "degree"),
    *("majors", "years", "skills", "description", "conditions", "expires_on"),
)
MOST = {"posts": 999, "years": 40, "majors": 5, "skills": 12}
SKILL_LENGTH = 30
REMIND_DAYS = 3  # before a vacancy is over
OVER = (VacancyState.FILLED, VacancyState.EXPIRED)
_OWN_PAGE = re.compile(r"/org/vacancies/([\w-]{22})/")


# --- the unit --------------------------------------------------------------------------------------------------------


@transaction.atomic
def write(*, unit: Unit, actor: User, now: datetime, vacancy: Vacancy | None = None, version: int = 0, **facts):
    """Make a draft, or change one; what was paused, over or taken offline becomes a draft again and is read anew.

    `version`: of the row that the form showed. Raises Refused for who does not act for the unit, for facts that cannot
    be right, for a vacancy that is online, and when somebody else has changed it meanwhile.
    """
    Unit.objects.select_for_update().get(pk=unit.pk)
    reasons = [] if acts_for(actor, unit, now) else [_("You do not act for this unit any more.")]
    refuse_unless(not (reasons := reasons + faults(facts, now)), reasons)
    facts |= {"found_words": found_in(facts), "updated_at": now}
    if vacancy is None:
        running = Vacancy.objects.filter(unit=unit).exclude(state__in=OVER).count()
        refuse_unless(running < limits.VACANCIES, _("Your unit has too many vacancies that are not over."))
        made = Vacancy.objects.create(unit=unit, by=actor, created_at=now, **facts)
        return _noted(made, "write", actor, now)
    vacancy = _locked(vacancy)
    refuse_unless(vacancy.unit_id == unit.pk, _("This vacancy is another unit’s."))
    refuse_unless(vacancy.version == version, _("Somebody else changed this vacancy meanwhile. Look at it again."))
    for name, value in facts.items():
        setattr(vacancy, name, value)
    cancel_reminders(subject=_subject(vacancy), now=now)
    return _move(vacancy, "edit", actor, now)


def faults(facts: dict, now: datetime) -> list:
    """Return what cannot be right among the facts of a vacancy, as lines for people."""
    today = timezone.localdate(now)
    checks = [
        (facts["title"].strip() and facts["description"].strip(), _("Say which post it is and what the work is.")),
        (1 <= facts["posts"] <= MOST["posts"], _("The number of posts lies between 1 and %(most)s.")),
        (0 <= facts["years"] <= MOST["years"], _("Working years lie between 0 and %(most)s.")),
        (facts["pay_from"], _("Say what is paid; without it nobody can decide.")),
        ((facts["pay_to"] or facts["pay_from"] or 0) >= (facts["pay_from"] or 0), _PAY),
        (len(facts["majors"]) <= MOST["majors"], _("Choose at most %(most)s majors.")),
        (len(facts["skills"]) <= MOST["skills"], _("Name at most %(most)s skills.")),
        (all(0 < len(one) <= SKILL_LENGTH for one in facts["skills"]), _("A skill has at most 30 characters.")),
        (all(code in majors() for code in facts["majors"]), _("Choose the majors from the catalog.")),
        (facts["occupation"] in ("", *occupations().below("")), _("Choose the occupation from the catalog.")),
        (facts["expires_on"] > today, _("The last day has passed already.")),
        (facts["expires_on"] <= today + timedelta(days=limits.VACANCY_DAYS_MOST + 1), _TOO_LONG),
    ]
    most = [MOST["posts"], MOST["years"], MOST["majors"], MOST["skills"]]
    words = [reason for is_right, reason in checks if not is_right]
    return [_filled(reason, checks, most) for reason in words]


_PAY = _("The upper pay must not be below the lower one.")
_TOO_LONG = _("A vacancy is online for at most %(most)s days.")
