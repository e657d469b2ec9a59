"""Who fits what, both ways: the facts of people and the conditions of vacancies, compared by rules/match.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from regions.models import Region
from talents.models import BlockedUnit, PoolEntry, Profile, Vacancy
from talents.queries.contact import findable_by
from talents.rules import match
from talents.rules.match import Conditions, Facts, Place, Reason

LOOKED_AT = 300  # newest rows that are compared one by one, for a page
PEOPLE_SHOWN = 10
PREFECTURE = 2  # parts of its path


@dataclass(frozen=True)
class Fit:
    """A vacancy or an entry of the pool, and every condition with whether it is met."""

    row: Vacancy | PoolEntry
    reasons: list[Reason]

    @property
    def met(self) -> list[Reason]:
        return match.met(self.reasons)

    @property
    def missing(self) -> list[Reason]:
        return match.missing(self.reasons)

    @property
    def fits(self) -> bool:
        return match.fits(self.reasons)


def conditions_of(vacancy: Vacancy) -> Conditions:
    """Return what a vacancy asks for."""
    best = vacancy.pay_to or vacancy.pay_from
    return Conditions(
        places=(Place(vacancy.region.path, str(vacancy.region)),),
        degree=vacancy.degree,
        majors=tuple(vacancy.majors),
        occupation=vacancy.occupation,
        skills=tuple(vacancy.skills),
        years=vacancy.years,
        kind=vacancy.kind,
        pay_to=match.a_month(best, vacancy.pay_period),
    )


def facts_of(profile: Profile, paths: dict[str, str], now: datetime) -> Facts:
    """Return what a profile says; `paths` leads from the code of a region to its path.

    Who lives in a county is near to all of its prefecture; where somebody would work counts as it was written.
    """
    home = "/".join(paths.get(profile.region_id, "").split("/")[:PREFECTURE])
    wanted = [paths[code] for code in profile.wanted_regions if code in paths]
    return Facts(
        places=tuple(path for path in (home, *wanted) if path),
        degree=profile.degree,
        major=profile.major,
        occupation=profile.occupation,
        skills=frozenset(skill.casefold() for skill in profile.skills),
        years=match.years_of_work(profile.work_since, timezone.localdate(now)),
        title=profile.title,
        skill=profile.skill,
        kinds=frozenset(profile.wanted_kinds),
        pay_from=profile.pay_from,
    )


def paths_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the paths of regions by code; what is no region is left out. One query."""
    return dict(Region.objects.filter(pk__in=set(codes)).values_list("pk", "path"))


def all_paths() -> dict[str, str]:
    """Return the path of every region by its code. One query."""
    return dict(Region.objects.values_list("pk", "path"))


# --- for a person ----------------------------------------------------------------------------------------------------


def own_facts(profile: Profile, now: datetime) -> Facts:
    """Return what one profile says. One query."""
    return facts_of(profile, paths_of([profile.region_id, *profile.wanted_regions]), now)


def explained(vacancy: Vacancy, facts: Facts) -> Fit:
    """Compare a vacancy with the facts of a person."""
    return Fit(vacancy, match.explain(conditions_of(vacancy), facts))


def fitting_vacancies(profile: Profile, vacancies: QuerySet[Vacancy], now: datetime) -> list[Fit]:
    """Return those of the newest vacancies whose hard conditions the person meets, the closest first.

    Units that the person blocked are left out, and so is the present employer.
    """
    facts = own_facts(profile, now)
    blocked = BlockedUnit.objects.filter(profile=profile).values("unit")
    rows = vacancies.filter(Q(degree__isnull=True) | Q(degree__lte=facts.degree)).exclude(unit__in=blocked)
    rows = rows.filter(_near(facts.places)).select_related("unit", "region").order_by("-online_since", "-pk")
    found = [explained(vacancy, facts) for vacancy in rows[:LOOKED_AT]]
    return sorted((one for one in found if one.fits), key=lambda one: match.closeness(one.reasons), reverse=True)


def _near(paths: Iterable[str]) -> Q:
    """Vacancies at, below or above one of these places."""
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(region__in=path.split("/")) | Q(region__path__startswith=f"{path}/")
    return found


# --- for a unit ------------------------------------------------------------------------------------------------------


def fitting_people(vacancy: Vacancy, now: datetime) -> list[Fit]:
    """Return a few entries of the pool that meet the hard conditions of a vacancy, the closest first.

    Only whom the unit may find now; the rows hold a code and facts, nothing that names anybody.
    """
    parts = vacancy.region.path.split("/")
    near = Q(places__overlap=[vacancy.region_id, *(f"*{code}" for code in parts)])  # services.index.places
    near |= Q(city__in=parts[1:PREFECTURE])
    entries = findable_by(vacancy.unit, now).filter(near, degree__gte=vacancy.degree or 0)
    rows = list(entries.select_related("profile").order_by("-updated_at", "-pk")[:LOOKED_AT])
    paths, asked = all_paths() if rows else {}, conditions_of(vacancy)
    found = [Fit(row, match.explain(asked, facts_of(row.profile, paths, now))) for row in rows]
    close = sorted(found, key=lambda one: match.closeness(one.reasons), reverse=True)
    return [one for one in close if one.fits][:PEOPLE_SHOWN]
