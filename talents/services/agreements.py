"""From the application for a place to the signed agreement and its end (职业教育法 第50条; domain 7.6)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.queries import person_of
from jobs.services import enqueue
from notifications.services import Note, notify_many
from talentportal.lib import names
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.spoken import day_in_both
from talents.models import Agreement, Place, PlaceApplication, School
from talents.queries.people import handlers_of
from talents.queries.units import acting_units
from talents.rules import interns as rules
from talents.services import agreement_papers
from talents.services.units import refuse_stranger
from talents.states import AgreementState, ApplicationState, PlaceKind, VacancyState

PARTIES = {"unit": "unit_signed_at", "school": "school_signed_at", "person": "person_signed_at"}


@transaction.atomic
def apply_for_place(
    *,
    place: Place,
    actor,
    major: str,
    degree: int,
    graduates_on: date,
    school: School | None,
    words: str,
    now: datetime,
) -> PlaceApplication:
    """Ask for a place, with what was ticked to be shown to the unit. Raises Refused with every reason."""
    place = Place.objects.select_for_update(of=("self",)).select_related("unit").get(pk=place.pk)
    today = timezone.localdate(now)
    refuse_unless(place.state == VacancyState.ONLINE and place.apply_by >= today, _("This place is not open any more."))
    person = person_of(actor)
    refuse_unless(person is not None, _("Enter your real name first; an agreement names who signs it."))
    reasons = rules.applicant_obstacles(
        kind=place.kind,
        birth_date=person.birth_date,
        graduates_on=graduates_on,
        has_school=school is not None,
        today=today,
    )
    refuse_unless(not reasons, reasons)
    try:
        with transaction.atomic():
            application = PlaceApplication.objects.create(
                place=place,
                user=actor,
                school=school if place.kind == PlaceKind.INTERNSHIP else None,
                major=major,
                degree=degree,
                graduates_on=graduates_on,
                words=words.strip()[:1000],
                sent_at=now,
            )
    except IntegrityError as error:
        raise Refused(_("You have asked for this place already.")) from error
    _tell("place_asked", application, [place.by], now, f"/org/internships/{place.public_id}/")
    return application


@transaction.atomic
def withdraw_application(*, application: PlaceApplication, actor, now: datetime) -> PlaceApplication:
    """Take the own application back, while the unit has not answered."""
    application = _taken(application)
    refuse_unless(application.user_id == actor.pk, _("This is not your application."))
    refuse_unless(application.state == ApplicationState.SENT, _("The unit has answered already."))
    return _answered(application, ApplicationState.WITHDRAWN, "", now)


@transaction.atomic
def decline_application(*, application: PlaceApplication, answer: str, actor, now: datetime) -> PlaceApplication:
    """Decline, with a word to the person."""
    application = _taken(application)
    refuse_stranger(application.place.unit, actor, now)
    refuse_unless(application.state == ApplicationState.SENT, _("This application is answered already."))
    refuse_unless(answer.strip(), _("Say why; the person reads it."))
    _answered(application, ApplicationState.DECLINED, answer, now)
    _tell("place_declined", application, [application.user], now, "/me/internships/")
    return application


@transaction.atomic
def take_application(
    *, application: PlaceApplication, starts_on: date, ends_on: date, insurance_no: str, actor, now: datetime
) -> Agreement:
    """Take somebody, by an agreement that waits for its signatures. Never more than the places there are."""
    place = Place.objects.select_for_update(of=("self",)).get(pk=application.place_id)
    application = _taken(application)
    refuse_stranger(application.place.unit, actor, now)
    refuse_unless(application.state == ApplicationState.SENT, _("This application is answered already."))
    taken = place.applications.filter(state=ApplicationState.TAKEN).exclude(
        agreement__state__in=[AgreementState.CANCELLED, AgreementState.BROKEN_OFF]
    )
    reasons = rules.agreement_obstacles(
        kind=place.kind, starts_on=starts_on, ends_on=ends_on, today=timezone.localdate(now)
    )
    if taken.count() >= place.places:
        reasons.append(_("All places are taken."))
    if not insurance_no.strip():
        reasons.append(_("Enter the number of the accident insurance."))
    refuse_unless(not reasons, reasons)
    _answered(application, ApplicationState.TAKEN, "", now)
    agreement = Agreement.objects.create(
        application=application,
        starts_on=starts_on,
        ends_on=ends_on,
        allowance=place.allowance,
        mentor=place.mentor,
        insurance_no=insurance_no.strip()[:60],
        made_at=now,
    )
    _tell_parties("place_taken", agreement, now, but=actor)
    return agreement


@transaction.atomic
def sign_agreement(*, agreement: Agreement, party: str, actor, now: datetime, name: str = "") -> Agreement:
    """Sign for a party, once; when every party has signed, the agreement runs. The person signs with the own name."""
    agreement = _locked(agreement)
    refuse_unless(agreement.state == AgreementState.SIGNING, _("There is nothing to sign any more."))
    application = agreement.application
    match party:
        case "person":
            refuse_unless(application.user_id == actor.pk, _("This is not your agreement."))
            own = person_of(actor)
            refuse_unless(own and names.is_same(name, own.name), _("Sign with your full name, as in your document."))
            agreement.signed_name = own.name
        case "school":
            refuse_unless(application.school_id is not None, _("No school signs this agreement."))
            refuse_stranger(application.school.unit, actor, now)
            agreement.school_signed_by = actor
        case _:
            refuse_stranger(application.place.unit, actor, now)
            agreement.unit_signed_by = actor
    refuse_unless(getattr(agreement, PARTIES[party]) is None, _("This party has signed already."))
    setattr(agreement, PARTIES[party], now)
    if not missing_parties(agreement):
        agreement.state, agreement.content = AgreementState.RUNNING, agreement_papers.words(agreement, now)
        enqueue(kind=agreement_papers.JOB, key=str(agreement.pk), now=now, agreement=agreement.pk)
        _tell_parties("agreement_runs", agreement, now)
    agreement.save()
    return agreement


def missing_parties(agreement: Agreement) -> list[str]:
    """Return the parties that still have to sign."""
    needed = ["unit", "person", *(["school"] if agreement.application.school_id else [])]
    return [party for party in needed if getattr(agreement, PARTIES[party]) is None]


@transaction.atomic
def end_agreement(*, agreement: Agreement, reason: str, actor, now: datetime) -> Agreement:
    """End an agreement early, or cancel one that is not signed yet; any party may, with a reason."""
    agreement = _locked(agreement)
    application = agreement.application
    units = set(acting_units(actor, now).values_list("pk", flat=True))
    is_party = application.user_id == actor.pk or units & {application.place.unit_id, application.school_id}
    refuse_unless(is_party, _("You are no party of this agreement."))
    refuse_unless(agreement.state in (AgreementState.SIGNING, AgreementState.RUNNING), _("It has ended already."))
    refuse_unless(reason.strip(), _("Say why; the other parties read it."))
    is_signed = agreement.state == AgreementState.RUNNING
    agreement.state = AgreementState.BROKEN_OFF if is_signed else AgreementState.CANCELLED
    agreement.ended_on, agreement.ended_because = timezone.localdate(now), reason.strip()[:300]
    agreement.save()
    _tell_parties("agreement_ended", agreement, now, but=actor)
    return agreement


@transaction.atomic
def finish_agreements(now: datetime) -> int:
    """Finish agreements whose time is over; return how many. Repeated, it changes nothing."""
    today = timezone.localdate(now)
    over = list(
        Agreement.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("application__user", "application__place__unit", "application__school__unit")
        .filter(state=AgreementState.RUNNING, ends_on__lte=today)[:500]
    )
    for agreement in over:
        agreement.state, agreement.ended_on = AgreementState.FINISHED, agreement.ends_on
        agreement.save(update_fields=["state", "ended_on"])
        _tell_parties("agreement_finished", agreement, now)
    return len(over)


def _locked(agreement: Agreement) -> Agreement:
    ours = ("application__place__unit", "application__place__region", "application__school__unit")
    related = ("application__user__person", *ours, "unit_signed_by", "school_signed_by")
    return Agreement.objects.select_for_update(of=("self",)).select_related(*related).get(pk=agreement.pk)


def _taken(application: PlaceApplication) -> PlaceApplication:
    related = ("user", "place__unit", "place__by", "school__unit")
    return PlaceApplication.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)


def _answered(application: PlaceApplication, state: str, answer: str, now: datetime) -> PlaceApplication:
    application.state, application.answer, application.answered_at = state, answer.strip()[:300], now
    application.save(update_fields=["state", "answer", "answered_at"])
    return application


def _tell_parties(event: str, agreement: Agreement, now: datetime, but=None) -> None:
    """Tell the person and who acts for the unit and the school now, each with the own page; not who did it."""
    application = agreement.application
    units = [application.place.unit, *([application.school.unit] if application.school else [])]
    ours = {user.pk: user for unit in units for user in handlers_of(unit, now)}
    told = [user for user in ours.values() if user.pk != application.user_id and user != but]
    _tell(event, application, told, now, f"/org/internships/agreements/{agreement.public_id}/")
    if application.user != but:
        _tell(event, application, [application.user], now, f"/me/internships/{agreement.public_id}/")


def _tell(event: str, application: PlaceApplication, people: list, now: datetime, path: str) -> None:
    words = {
        "place": application.place.title,
        "unit": application.place.unit.name,
        "date": day_in_both(timezone.localdate(now)),
    }
    notes = [Note(event, user, f"{event}:{application.pk}:{user.pk}", words, path) for user in people]
    notify_many(notes=notes, now=now)
