"""Places, applications and agreements, for those whom they concern."""

from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from talents.models import Agreement, Place, PlaceApplication, School, SubsidyClaim, TraineeshipBase
from talents.rules.interns import retention_percent
from talents.states import AgreementState, ApplicationState, PlaceKind, VacancyState

OFFERED = (VacancyState.REVIEW, VacancyState.ONLINE, VacancyState.PAUSED)


def places_online(today: date) -> QuerySet[Place]:
    """Return the places that anybody may see and ask for today."""
    return Place.objects.filter(state=VacancyState.ONLINE, apply_by__gte=today).select_related("unit", "region")


def places_of(unit) -> QuerySet[Place]:
    """Return the places of a unit, with how many asked and how many were taken."""
    applications = Count("applications", distinct=True)
    taken = Count("applications", filter=Q(applications__state=ApplicationState.TAKEN), distinct=True)
    return Place.objects.filter(unit=unit).select_related("region").annotate(asked=applications, taken=taken)


def applications_of(user) -> QuerySet[PlaceApplication]:
    """Return what a person asked for, the latest first."""
    return PlaceApplication.objects.filter(user=user).select_related("place__unit", "place__region", "school__unit")


def agreements_for(user, units: list) -> QuerySet[Agreement]:
    """Return the agreements that somebody may see: the own ones, and those of the units and schools acted for."""
    mine = Q(application__user=user)
    ours = Q(application__place__unit__in=units) | Q(application__school__unit__in=units)
    found = Agreement.objects.filter(mine | ours).distinct()
    return found.select_related(
        "application__place__unit", "application__place__base", "application__user", "application__school__unit"
    )


def school_of(unit) -> School | None:
    """Return the school that a unit is, None for others."""
    return School.objects.filter(unit=unit, is_open=True).first()


def base_of(unit, today: date) -> TraineeshipBase | None:
    """Return the recognition as a base that a unit holds today."""
    bases = TraineeshipBase.objects.filter(unit=unit, cancelled_on__isnull=True)
    return bases.filter(starts_on__lte=today, ends_on__gt=today).first()


def places_in_use(base: TraineeshipBase, but: int | None = None) -> int:
    """Return how many trainees a base has or offers to take, leaving out one place."""
    places = Place.objects.filter(base=base).exclude(pk=but)
    offered = places.filter(state__in=OFFERED).aggregate(all=Sum("places"))["all"] or 0
    bound = Agreement.objects.filter(state__in=[AgreementState.SIGNING, AgreementState.RUNNING])
    return offered + bound.filter(application__place__in=places.exclude(state__in=OFFERED)).count()


def retention_of(base: TraineeshipBase, year: int) -> tuple[int, int, int | None]:
    """Return how many trainees of a base finished in a year, how many were hired, and the share in percent."""
    ended = Agreement.objects.filter(
        application__place__base=base,
        application__place__kind=PlaceKind.TRAINEESHIP,
        state=AgreementState.FINISHED,
        ended_on__year=year,
    )
    finished = ended.count()
    retained = ended.filter(retention__confirmed_by_person_at__isnull=False).count()
    return finished, retained, retention_percent(finished, retained)


def claims_of(base: TraineeshipBase) -> QuerySet[SubsidyClaim]:
    """Return the claims of a base, the latest first."""
    return base.claims.annotate(count=Count("months"))
