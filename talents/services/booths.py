"""Units and people at a recruitment event: a booth is asked for, people register, draw numbers and are called.

Drawing a number, the person lets this one unit see a name and a line, for words of a known version (PIPL article 23).
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Unit, User
from accounts.queries import membership, person_of
from notifications.services import Note, notify_many
from talentportal.lib.refusals import refuse_unless
from talents import consent_texts, limits
from talents.models import Booth, RecruitEvent, Registration, Talk, Vacancy
from talents.queries.events import live
from talents.queries.units import acts_for
from talents.rules import events as rules
from talents.services.events import NOT_NOW, end_queue, unfit_vacancies, words_of
from talents.services.waiting import tell_checkers
from talents.states import BOOTH_MOVES, HELD_TALKS, TALK_MOVES, BoothState, RecruitKind, RecruitState, TalkState

NOT_THEIRS = _("You do not act for this unit any more.")
OVER = _("This event has ended.")
NOT_REGISTERED = _("You are not registered for this event.")


# --- the unit's booth ------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_booth(*, event: RecruitEvent, unit: Unit, vacancies: list[Vacancy], actor: User, now: datetime) -> Booth:
    """Ask for a booth at an announced event that has not begun; once more after a no or a withdrawal.

    Raises Refused with everything that stands against it.
    """
    event = RecruitEvent.objects.select_for_update().get(pk=event.pk)
    refuse_unless(acts_for(actor, unit, now), NOT_THEIRS)
    is_open = event.state == RecruitState.ANNOUNCED and now < event.starts_at
    refuse_unless(is_open, _("Booths are given before an announced event begins."))
    booth = Booth.objects.select_for_update().filter(event=event, unit=unit).first() or Booth(event=event, unit=unit)
    refuse_unless(booth.pk is None or booth.state in BOOTH_MOVES["ask"].sources, _("Your unit has asked already."))
    faults = unfit_vacancies(event, unit, vacancies, now)
    refuse_unless(not faults, faults)
    booth.state, booth.by, booth.asked_at = BOOTH_MOVES["ask"].target, actor, now
    booth.note, booth.decided_by, booth.decided_at = "", None, None
    booth.save()
    booth.vacancies.set(vacancies)
    tell_checkers("booth", booth.pk, unit, event.organization.region, now)
    return booth


@transaction.atomic
def withdraw_booth(*, booth: Booth, actor: User, now: datetime) -> Booth:
    """Give a booth back, or stop asking for it; its number is free again, and whoever waits is sent away."""
    booth = _own(booth, actor, now)
    refuse_unless(booth.state in BOOTH_MOVES["withdraw"].sources, NOT_NOW)
    refuse_unless(now < booth.event.ends_at, OVER)
    _refuse_while_talking(booth)
    booth.state, booth.number = BOOTH_MOVES["withdraw"].target, None
    booth.save()
    end_queue(booth.talks.all(), now)
    return booth


@transaction.atomic
def change_vacancies(*, booth: Booth, vacancies: list[Vacancy], actor: User, now: datetime) -> Booth:
    """Show other vacancies at a booth; all of them were read by the office, so an admission holds."""
    booth = _own(booth, actor, now)
    refuse_unless(booth.state in (BoothState.ASKED, BoothState.ADMITTED), NOT_NOW)
    refuse_unless(now < booth.event.ends_at, OVER)
    faults = unfit_vacancies(booth.event, booth.unit, vacancies, now)
    refuse_unless(not faults, faults)
    booth.vacancies.set(vacancies)
    return booth


@transaction.atomic
def call_next(*, booth: Booth, actor: User, now: datetime) -> Talk | None:
    """Call who has waited longest and tell the person; None when nobody waits. One talk ends before the next begins."""
    booth = _own(booth, actor, now)
    refuse_unless(live(booth.event, now) and booth.state == BoothState.ADMITTED, _("The event is not running."))
    _refuse_while_talking(booth)
    waiting = booth.talks.select_for_update().filter(state__in=TALK_MOVES["call"].sources)
    talk = waiting.order_by("number").first()
    if talk is None:
        return None
    talk.state, talk.called_at, talk.called_by = TALK_MOVES["call"].target, now, actor
    talk.save()
    words = words_of(booth.event) | {"unit": booth.unit.name, "booth": str(booth.number), "number": str(talk.number)}
    person = talk.registration.user
    note = Note("talk_called", person, f"talk_called:{talk.pk}", words, "/me/events/", must_reach=False)
    notify_many(notes=[note], now=now)
    return talk


@transaction.atomic
def end_talk(*, talk: Talk, outcome: str, actor: User, now: datetime) -> Talk:
    """Note what became of a talk: TALKED, INTENTION or ABSENT; of who did not come, the name is erased."""
    booth = _own(talk.booth, actor, now)
    refuse_unless(outcome in rules.OUTCOMES, NOT_NOW)
    talk = booth.talks.select_for_update().get(pk=talk.pk)
    move = TALK_MOVES[outcome.lower()]
    refuse_unless(talk.state in move.sources, _("This person has not been called, or the talk has ended."))
    talk.state, talk.ended_at = move.target, now
    if talk.state not in HELD_TALKS:
        talk.name, talk.line = "", ""
    talk.save()
    return talk


# --- the person ------------------------------------------------------------------------------------------------------


@transaction.atomic
def register(*, event: RecruitEvent, user: User, is_doctor: bool, now: datetime) -> Registration:
    """Take part in an announced event that is not over; a second time it is the same row."""
    event = RecruitEvent.objects.get(pk=event.pk)
    refuse_unless(event.state == RecruitState.ANNOUNCED and now < event.ends_at, _("Nobody can register any more."))
    refuse_unless(
        event.kind != RecruitKind.DOCTORS or is_doctor,
        _("This fair is for people who hold a doctorate or are about to defend it."),
    )
    told = {"is_doctor": is_doctor, "at": now}
    return Registration.objects.get_or_create(event=event, user=user, defaults=told)[0]


@transaction.atomic
def unregister(*, event: RecruitEvent, user: User, now: datetime) -> None:
    """Take a registration back, with the places in queues. Raises Refused once a unit has called the person."""
    registration = _registration(event, user)
    refuse_unless(event.state == RecruitState.ANNOUNCED and now < event.ends_at, OVER)
    called = [talk for talk in registration.talks.select_for_update().order_by("pk") if talk.called_at]
    refuse_unless(not called, _("A unit has called you already; the talk counts among the figures of the event."))
    registration.delete()


@transaction.atomic
def draw(*, booth: Booth, user: User, vacancy: Vacancy, line: str, consent_version: str, now: datetime) -> Talk:
    """Draw a number at a booth of a running event. Raises Refused with every reason.

    `consent_version`: of the words on the page that the person agreed to, "" without consent.
    """
    registration = _registration(booth.event, user)
    booth = _locked(booth)
    faults = [*_not_drawing(booth, vacancy, now), *_not_waiting(booth, registration), *_not_agreed(consent_version)]
    if membership(user, booth.unit) is not None:
        faults.append(_("You act for this unit yourself."))
    refuse_unless(not faults, faults)
    booth.last_talk += 1
    booth.save(update_fields=["last_talk"])
    return Talk.objects.create(
        booth=booth,
        registration=registration,
        vacancy=vacancy,
        number=booth.last_talk,
        name=shown_name(user),
        line=line.strip()[:200],
        consent_version=consent_version,
        drawn_at=now,
    )


@transaction.atomic
def leave(*, talk: Talk, user: User, now: datetime) -> Talk:
    """Take the consent back: the name and the line are erased at once (PIPL article 15), also after the talk.

    Who waits leaves the queue; what became of a talk stays among the figures. Raises Refused while the talk goes on.
    """
    talk = Talk.objects.select_for_update(of=("self",)).select_related("registration").get(pk=talk.pk)
    refuse_unless(talk.registration.user_id == user.pk, _("This is not your place."))
    refuse_unless(talk.state in (*TALK_MOVES["leave"].sources, *HELD_TALKS), _("You do not wait here any more."))
    if talk.state in HELD_TALKS:
        talk.name, talk.line = "", ""
        talk.save(update_fields=["name", "line"])
    else:
        end_queue(Talk.objects.filter(pk=talk.pk), now)
        talk.refresh_from_db()
    return talk


@transaction.atomic
def answer_survey(*, event: RecruitEvent, user: User, stars: int, words: str, now: datetime) -> Registration:
    """Say how an event was, once, within its days."""
    registration = _registration(event, user)
    is_open = event.state == RecruitState.OVER and now < rules.survey_until(event.ends_at)
    refuse_unless(is_open, _("Answers are taken for some days after an event."))
    refuse_unless(registration.answered_at is None, _("You have answered already. Thank you."))
    refuse_unless(stars in range(1, 6), _("Choose from 1 to 5 stars."))
    registration.stars, registration.words, registration.answered_at = stars, words.strip()[:300], now
    registration.save()
    return registration


def shown_name(user: User) -> str:
    """Return the name that a unit sees: the real name if it is confirmed, else the account's."""
    person = person_of(user)
    is_sure = person is not None and person.level == Person.Level.CONFIRMED
    return (person.name if is_sure else str(user))[:60]


# --- parts -----------------------------------------------------------------------------------------------------------


def _locked(booth: Booth) -> Booth:
    """Lock a booth; its event is read afterwards, so that one that was closed meanwhile is seen as closed."""
    booth = Booth.objects.select_for_update(of=("self",)).select_related("unit").get(pk=booth.pk)
    booth.event = RecruitEvent.objects.get(pk=booth.event_id)
    return booth


def _own(booth: Booth, actor: User, now: datetime) -> Booth:
    booth = _locked(booth)
    refuse_unless(acts_for(actor, booth.unit, now), NOT_THEIRS)
    return booth


def _registration(event: RecruitEvent, user: User) -> Registration:
    """Lock how somebody takes part: one person's acts come one after the other."""
    registration = Registration.objects.select_for_update().filter(event=event, user=user).first()
    refuse_unless(registration, NOT_REGISTERED)
    event.refresh_from_db()
    return registration


def _refuse_while_talking(booth: Booth) -> None:
    is_talking = booth.talks.filter(state=TalkState.CALLED).exists()
    refuse_unless(not is_talking, _("End the talk with the person you called first."))


def _not_drawing(booth: Booth, vacancy: Vacancy, now: datetime) -> list:
    found = []
    if not (live(booth.event, now) and booth.state == BoothState.ADMITTED):
        found.append(_("Numbers are drawn while the event is running."))
    if not Vacancy.objects.online(now).filter(pk=vacancy.pk, booths=booth).exists():
        found.append(_("This vacancy is not shown at this booth."))
    return found


def _not_waiting(booth: Booth, registration: Registration) -> list:
    waiting = registration.talks.filter(state__in=(TalkState.WAITING, TalkState.CALLED))
    if waiting.filter(booth=booth).exists():
        return [_("You wait at this booth already.")]
    if waiting.filter(state=TalkState.WAITING).count() >= limits.EVENT_TALKS_AT_ONCE:
        words = _("You wait at %(most)s booths already. Leave one queue first.")
        return [words % {"most": limits.EVENT_TALKS_AT_ONCE}]
    return []


def _not_agreed(version: str) -> list:
    if not version:
        return [_("Without your consent the unit cannot see who comes.")]
    is_current = version == consent_texts.for_talks().version
    return [] if is_current else [_("The words of the consent have changed meanwhile. Please read them again.")]
