"""The verbs of a place for interns: written by a unit, read by the office, online until it is filled or over."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from notifications.services import Note, notify_many
from talentportal.lib.refusals import refuse_unless
from talents.models import Place, TraineeshipBase
from talents.queries import interns as queries
from talents.queries.units import acts_for
from talents.rules import interns as rules
from talents.services.units import refuse_stranger
from talents.services.waiting import tell_checkers
from talents.states import VACANCY_MOVES, PlaceKind, VacancyState

WRITTEN = (
    "kind",
    "title",
    "majors",
    "degree",
    "places",
    "months",
    "region",
    "allowance",
    "mentor",
    "is_insured",
    "description",
    "starts_on",
    "apply_by",
)


def obstacles(place: Place, now: datetime) -> list:
    """List what stands against a place going online."""
    base = place.base
    others = queries.places_in_use(base, but=place.pk) if base else 0
    reasons = rules.place_obstacles(
        kind=place.kind,
        base=base,
        places=place.places,
        others=others,
        months=place.months,
        allowance=place.allowance,
        insured=place.is_insured,
    )
    today = timezone.localdate(now)
    if not today <= place.apply_by <= place.starts_on:
        reasons.append(_("The last day to apply lies between today and the beginning."))
    return reasons


@transaction.atomic
def write_place(*, unit: Unit, values: dict, actor, now: datetime, place: Place | None = None) -> Place:
    """Write a place anew, or change one that is not online; whatever changes is read again by the office.

    Raises Refused with every reason; `values` has the keys of WRITTEN.
    """
    refuse_stranger(unit, actor, now)
    if place is None:
        place = Place(unit=unit, by=actor, created_at=now)
    else:
        place = _take(place, "edit")
        place.version += 1
    for name in WRITTEN:
        setattr(place, name, values[name])
    is_trainee = place.kind == PlaceKind.TRAINEESHIP
    place.base = _locked_base(unit, now) if is_trainee else None
    refuse_unless(not (reasons := obstacles(place, now)), reasons)
    place.state, place.updated_at = VacancyState.DRAFT, now
    place.save()
    return place


@transaction.atomic
def hand_in_place(*, place: Place, actor, now: datetime) -> Place:
    """Hand a place to the office, which reads it. Refused with what the rules say against it today."""
    _locked_base(place.unit, now)
    place = _moved(place, "hand_in", actor, now)
    refuse_unless(not (reasons := obstacles(place, now)), reasons)
    place.save()
    tell_checkers("place", place.pk, place.unit, place.unit.work_region, now)
    return place


@transaction.atomic
def review_place(*, place: Place, passed: bool, note: str, actor, now: datetime) -> Place:
    """Put a place online or send it back with a note, for somebody of the office who does not act for the unit."""
    place = _take(place, "approve" if passed else "send_back")
    refuse_unless(not acts_for(actor, place.unit, now), _("You act for this unit."))
    refuse_unless(passed or note.strip(), _("Say what is to be changed."))
    reasons = obstacles(place, now) if passed else []
    refuse_unless(not reasons, reasons)
    place.state = VACANCY_MOVES["approve" if passed else "send_back"].target
    place.review_note, place.reviewed_by, place.reviewed_at, place.updated_at = note.strip()[:300], actor, now, now
    place.save()
    event = "place_online" if passed else "place_sent_back"
    words = {"place": place.title, "reason": place.review_note}
    key = f"{event}:{place.pk}:{place.version}"
    notify_many(notes=[Note(event, place.by, key, words, f"/org/internships/{place.public_id}/")], now=now)
    return place


@transaction.atomic
def move_place(*, place: Place, verb: str, actor, now: datetime) -> Place:
    """Pause, resume, fill or take a place offline, for who acts for the unit."""
    refuse_unless(verb in ("pause", "resume", "fill", "take_offline"), _("This cannot be done now."))
    place = _moved(place, verb, actor, now)
    place.save()
    return place


@transaction.atomic
def expire_places(now: datetime) -> int:
    """Take places offline whose last day to apply is over; return how many. Repeated, it changes nothing."""
    over = Place.objects.filter(
        state__in=VACANCY_MOVES["expire"].sources, apply_by__lt=timezone.localdate(now)
    ).select_for_update(skip_locked=True)
    return Place.objects.filter(pk__in=[place.pk for place in over]).update(state=VacancyState.EXPIRED, updated_at=now)


def _moved(place: Place, verb: str, actor, now: datetime) -> Place:
    place = _take(place, verb)
    refuse_stranger(place.unit, actor, now)
    place.state, place.updated_at = VACANCY_MOVES[verb].target, now
    return place


def _take(place: Place, verb: str) -> Place:
    """Lock a place and refuse when the verb does not start from its state."""
    place = Place.objects.select_for_update(of=("self",)).select_related("unit", "base").get(pk=place.pk)
    refuse_unless(place.state in VACANCY_MOVES[verb].sources, _("This cannot be done now."))
    return place


def _locked_base(unit: Unit, now: datetime) -> TraineeshipBase | None:
    """Return the unit's base, locked so that two places at once never exceed its share."""
    base = queries.base_of(unit, timezone.localdate(now))
    return base and TraineeshipBase.objects.select_for_update().get(pk=base.pk)
