"""Places, applications and agreements, for those whom they concern."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from talents.models import Agreement, Attendance, Place, PlaceApplication, School, SubsidyClaim, TraineeshipBase
from talents.rules.interns import retention_percent
from talents.states import AgreementState, ApplicationState, VacancyState

OFFERED = (VacancyState.REVIEW, VacancyState.ONLINE, VacancyState.PAUSED)


def places_online(today: date) -> QuerySet[Place]:
    """Return the places that anybody may see and ask for today."""
    return Place.objects.filter(state=VacancyState.ONLINE, apply_by__gte=today).select_related("unit", "region")


def places_of(unit) -> QuerySet[Place]:
    """Return the places of a unit, with how many asked and how many were taken."""
    applications = Count("applications", distinct=True)
    taken = Count("applications", filter=Q(applications__state=ApplicationState.TAKEN), distinct=True)
    waiting = Count("applications", filter=Q(applications__state=ApplicationState.SENT), distinct=True)
    counts = {"asked": applications, "taken": taken, "waiting": waiting}
    return Place.objects.filter(unit=unit).select_related("region").annotate(**counts)


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


def waiting_for(user) -> QuerySet[Agreement]:
    """Return the own agreements on which it is the person's turn: to sign, or to check what the unit recorded."""
    month = Attendance.objects.filter(agreement=OuterRef("pk"), confirmed_at__isnull=True, disputed_because="")
    hired = Q(retention__isnull=False, retention__confirmed_by_person_at__isnull=True)
    turn = Q(state=AgreementState.SIGNING, person_signed_at__isnull=True) | Exists(month) | hired
    mine = Agreement.objects.filter(turn, application__user=user)
    return mine.select_related("application__place__unit").order_by("pk")


def work_of(unit) -> dict:
    """Count what waits for a unit: applications without an answer, agreements that it or its school has to sign."""
    asked = PlaceApplication.objects.filter(place__unit=unit, state=ApplicationState.SENT)
    as_unit = Q(application__place__unit=unit, unit_signed_at__isnull=True)
    as_school = Q(application__school__unit=unit, school_signed_at__isnull=True)
    unsigned = Agreement.objects.filter(as_unit | as_school, state=AgreementState.SIGNING)
    return {"asked": asked.count(), "unsigned": unsigned.count()}


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


def with_retention(bases: QuerySet[TraineeshipBase], year: int) -> QuerySet[TraineeshipBase]:
    """Count for each base how many trainees finished in a year (`finished`) and were hired (`retained`)."""
    agreement = "places__applications__agreement"
    ended = Q(**{f"{agreement}__state": AgreementState.FINISHED, f"{agreement}__ended_on__year": year})
    hired = ended & Q(**{f"{agreement}__retention__confirmed_by_person_at__isnull": False})
    return bases.annotate(
        finished=Count(agreement, filter=ended, distinct=True), retained=Count(agreement, filter=hired, distinct=True)
    )


def retention_of(base: TraineeshipBase, year: int) -> tuple[int, int, int | None]:
    """Return how many trainees of a base finished in a year, how many were hired, and the share in percent."""
    counted = with_retention(TraineeshipBase.objects.filter(pk=base.pk), year).get()
    return counted.finished, counted.retained, retention_percent(counted.finished, counted.retained)


def claims_of(base: TraineeshipBase) -> QuerySet[SubsidyClaim]:
    """Return the claims of a base, the latest first."""
    return base.claims.annotate(count=Count("months"))
