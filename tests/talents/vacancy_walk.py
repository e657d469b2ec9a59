"""The pages about vacancies that the demo of Yunnan shows."""

from datetime import timedelta

from accounts.models import Unit
from talents.models import Vacancy
from talents.services import vacancies
from tests.talents.vacancy_rows import facts


def make(who, now) -> Vacancy:
    """Write a draft of the demo's company, with marked words."""
    unit = Unit.objects.get(uscc="91990100MA0000001G")
    told = facts(unit.work_region, conditions="女士优先", expires_on=now.date() + timedelta(days=20))
    return vacancies.write(unit=unit, actor=who("handler"), now=now, **told)


def public(who):
    """Yield the list as it is found, narrowed, fitting and empty, and one vacancy."""
    for query in ("", "?region=530100&degree=3&pay=8000", "?kind=NOTHING&q=zzz"):
        yield None, "vacancies:list", (), query
    shown = of("breeder").public_id
    yield None, "vacancies:detail", (shown,), ""
    yield who("engineer"), "vacancies:list", (), "?fit=1"
    yield from ((who("engineer"), f"vacancies:{name}", (shown,), "") for name in ("detail", "answer"))


def own(draft: Vacancy, who):
    """Yield a unit's own vacancies and the office's queue."""
    handler, shown, waiting = who("handler"), of("breeder").public_id, of("warehouse")
    yield handler, "org:vacancies", (), ""
    yield handler, "org:vacancy_new", (), ""
    yield from ((handler, f"org:{name}", (shown,), "") for name in ("vacancy", "vacancy_people"))
    yield handler, "org:vacancy", (draft.public_id,), ""
    yield who("florist"), "org:vacancy", (waiting.public_id,), ""
    yield handler, "org:vacancy_edit", (draft.public_id,), ""
    yield who("examiner"), "admin:talents_vacancy_changelist", (), ""
    yield who("examiner"), "admin:talents_vacancy_change", (waiting.pk,), ""


def of(key: str) -> Vacancy:
    """Return a sample of the pack."""
    return Vacancy.objects.get(title={"breeder": "花卉育种研究员", "warehouse": "冷库管理员"}[key])
