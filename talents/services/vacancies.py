"""A unit writes a vacancy, a person of the office reads it, it is online for its days.

Basis: 人力资源市场暂行条例 第24条 (true and without discrimination), 第26条 (checked units), 第33条 (ledger).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from applications.services.clocks import at_nine
from notifications.services import Note, cancel_reminders, notify_many, plan_reminders
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import Vacancy, VacancyEvent
from talents.queries.people import handlers_of
from talents.queries.units import acts_for, checks_units
from talents.rules.vacancies import faults
from talents.rules.wording import discriminating
from talents.services import news
from talents.services.waiting import tell_checkers
from talents.states import VACANCY_MOVES, VacancyState

TEXTS = ("title", "description", "conditions")
REMIND_DAYS = 3  # before a vacancy is over
OVER = (VacancyState.FILLED, VacancyState.EXPIRED)
NOT_THEIRS = _("You do not act for this unit any more.")


# --- the unit --------------------------------------------------------------------------------------------------------


@transaction.atomic
def write(*, unit: Unit, actor: User, now: datetime, **facts) -> Vacancy:
    """Make a draft of a unit. Raises Refused for who does not act for it, for faults and for too many."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    refuse_unless(acts_for(actor, unit, now), NOT_THEIRS)
    _check(facts, now)
    running = Vacancy.objects.filter(unit=unit).exclude(state__in=OVER).count()
    refuse_unless(running < limits.VACANCIES, _("Your unit has too many vacancies that are not over."))
    made = Vacancy.objects.create(
        unit=unit, by=actor, created_at=now, updated_at=now, found_words=_found_in(facts), **facts
    )
    _note(made, "write", actor, now)
    return made


@transaction.atomic
def rewrite(*, vacancy: Vacancy, version: int, actor: User, now: datetime, **facts) -> Vacancy:
    """Change a vacancy that is not online; it becomes a draft, because whatever changes is read anew.

    `version`: of the row that the form showed. Raises Refused when somebody has changed it meanwhile.
    """
    vacancy = _own(vacancy, actor, now)
    refuse_unless(vacancy.version == version, _("Somebody else changed this vacancy meanwhile. Look at it again."))
    _check(facts, now)
    for name, value in facts.items():
        setattr(vacancy, name, value)
    vacancy.found_words = _found_in(facts)
    return _move(vacancy, "edit", actor, now)


@transaction.atomic
def hand_in(*, vacancy: Vacancy, actor: User, now: datetime) -> Vacancy:
    """Give a draft to the office to be read, as it is now. Words that may discriminate are marked, not refused."""
    vacancy = _own(vacancy, actor, now)
    facts = content(vacancy)
    _check(facts, now)
    vacancy.found_words = _found_in(facts)
    vacancy.review_note, vacancy.reviewed_by, vacancy.reviewed_at = "", None, None
    words = facts | {"expires_on": vacancy.expires_on.isoformat()}
    tell_checkers("vacancy", vacancy.pk, vacancy.unit, vacancy.unit.region, now)
    return _move(vacancy, "hand_in", actor, now, content=words)


@transaction.atomic
def pause(*, vacancy: Vacancy, actor: User, now: datetime) -> Vacancy:
    """Take a vacancy offline for a while; its last day stays."""
    return _move(_own(vacancy, actor, now), "pause", actor, now)


@transaction.atomic
def resume(*, vacancy: Vacancy, actor: User, now: datetime) -> Vacancy:
    """Put a paused vacancy online again, unchanged. Raises Refused when its last day has passed."""
    vacancy = _own(vacancy, actor, now)
    _has_time(vacancy, now)
    return _move(vacancy, "resume", actor, now)


@transaction.atomic
def fill(*, vacancy: Vacancy, actor: User, now: datetime) -> Vacancy:
    """Close a vacancy because somebody was found."""
    return _move(_own(vacancy, actor, now), "fill", actor, now)


# --- the office ------------------------------------------------------------------------------------------------------


@transaction.atomic
def approve(*, vacancy: Vacancy, actor: User, now: datetime, note: str = "") -> Vacancy:
    """Put a vacancy online that a person of the office has read; marked words need a note on why they may stand.

    Effects: the unit is told and reminded before its last day; people whom it fits are told the next morning.
    """
    vacancy = _read_by(vacancy, actor, now)
    _has_time(vacancy, now)
    refuse_unless(vacancy.unit.status == Unit.Status.VERIFIED, _("This unit is no longer verified."))
    needs_note = vacancy.found_words and not note.strip()
    refuse_unless(
        not needs_note, _("Words are marked that may discriminate. Write why they may stand, or send it back.")
    )
    vacancy.review_note, vacancy.reviewed_by, vacancy.reviewed_at = note.strip(), actor, now
    vacancy.online_since = now
    vacancy = _move(vacancy, "approve", actor, now, note=note)
    news.plan(now)
    _remind(vacancy, now)
    _tell(vacancy, "vacancy_online", now, date=_last_day(vacancy))
    return vacancy


@transaction.atomic
def send_back(*, vacancy: Vacancy, reason: str, actor: User, now: datetime) -> Vacancy:
    """Give a vacancy back to its unit with what has to change."""
    return _say_no(vacancy, "send_back", "vacancy_sent_back", reason, actor, now)


@transaction.atomic
def take_offline(*, vacancy: Vacancy, reason: str, actor: User, now: datetime) -> Vacancy:
    """Take a vacancy offline at once, because it is not true or not lawful; the unit reads why."""
    return _say_no(vacancy, "take_offline", "vacancy_offline", reason, actor, now)


def _say_no(vacancy: Vacancy, verb: str, event: str, reason: str, actor: User, now: datetime) -> Vacancy:
    vacancy = _read_by(vacancy, actor, now)
    refuse_unless(reason.strip(), _("Write the reason; the unit reads it."))
    vacancy.review_note, vacancy.reviewed_by, vacancy.reviewed_at = reason.strip(), actor, now
    vacancy = _move(vacancy, verb, actor, now, note=reason)
    _tell(vacancy, event, now, reason=reason.strip())
    return vacancy


# --- time ------------------------------------------------------------------------------------------------------------


def expire(now: datetime) -> int:
    """Sweep: close the vacancies whose last day has passed, and tell their units; return how many."""
    late = Vacancy.objects.filter(state__in=VACANCY_MOVES["expire"].sources, expires_on__lte=timezone.localdate(now))
    return sum(_expire(pk, now) for pk in late.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _expire(pk: int, now: datetime) -> bool:
    rows = Vacancy.objects.select_for_update(of=("self",), skip_locked=True).select_related("unit")
    late = {"state__in": VACANCY_MOVES["expire"].sources, "expires_on__lte": timezone.localdate(now)}
    vacancy = rows.filter(pk=pk, **late).first()
    if vacancy is None:
        return False
    _move(vacancy, "expire", None, now)
    _tell(vacancy, "vacancy_expired", now, date=_last_day(vacancy))
    return True


def next_moment(after: datetime) -> datetime | None:
    """Return when a vacancy is over next, for the demo clock."""
    rows = Vacancy.objects.filter(state__in=VACANCY_MOVES["expire"].sources)
    day = rows.filter(expires_on__gt=timezone.localdate(after)).order_by("expires_on").first()
    return timezone.make_aware(datetime.combine(day.expires_on, datetime.min.time())) if day else None


# --- parts -----------------------------------------------------------------------------------------------------------


def content(vacancy: Vacancy) -> dict:
    """Return the facts of a vacancy as they are judged and kept in the ledger."""
    names = ("title", "occupation", "posts", "kind", "pay_from", "pay_to", "pay_period", "degree", "majors", "years")
    facts = {name: getattr(vacancy, name) for name in (*names, "skills", "description", "conditions", "expires_on")}
    return facts | {"region": vacancy.region_id}


def page_of(vacancy: Vacancy) -> str:
    """Return the unit's own page of a vacancy, without the language."""
    return f"/org/vacancies/{vacancy.public_id}/"


def _check(facts: dict, now: datetime) -> None:
    found = faults(facts, timezone.localdate(now))
    refuse_unless(not found, list(found.values()))


def _found_in(facts: dict) -> list[dict]:
    return discriminating({name: facts[name] for name in TEXTS} | {"skills": "、".join(facts["skills"])})


def _has_time(vacancy: Vacancy, now: datetime) -> None:
    is_open = vacancy.expires_on > timezone.localdate(now)
    refuse_unless(is_open, _("The last day of this vacancy has passed; it has to be changed first."))


def _locked(vacancy: Vacancy) -> Vacancy:
    rows = Vacancy.objects.select_for_update(of=("self",)).select_related("unit__region", "region")
    return rows.get(pk=vacancy.pk)


def _own(vacancy: Vacancy, actor: User, now: datetime) -> Vacancy:
    vacancy = _locked(vacancy)
    refuse_unless(acts_for(actor, vacancy.unit, now), NOT_THEIRS)
    return vacancy


def _read_by(vacancy: Vacancy, actor: User, now: datetime) -> Vacancy:
    vacancy = _locked(vacancy)
    words = _("Vacancies are read by the office where the unit is registered, never by who acts for the unit.")
    refuse_unless(checks_units(actor, vacancy.unit, now), words)
    return vacancy


def _move(vacancy: Vacancy, verb: str, actor: User | None, now: datetime, note: str = "", content=None) -> Vacancy:
    """Move a locked vacancy by a verb of the table of states and write the ledger. Raises Refused elsewhere."""
    step = VACANCY_MOVES[verb]
    words = _("This is not possible: the vacancy is %(state)s.") % {"state": vacancy.get_state_display()}
    refuse_unless(vacancy.state in step.sources, words)
    vacancy.state, vacancy.version, vacancy.updated_at = step.target, vacancy.version + 1, now
    vacancy.save()
    if step.target not in (VacancyState.ONLINE, VacancyState.PAUSED):
        cancel_reminders(subject=_subject(vacancy), now=now)
    _note(vacancy, verb, actor, now, note, content)
    return vacancy


def _note(vacancy: Vacancy, verb: str, actor: User | None, now: datetime, note: str = "", content=None) -> None:
    VacancyEvent.objects.create(vacancy=vacancy, verb=verb, by=actor, at=now, note=note.strip(), content=content or {})


def _subject(vacancy: Vacancy) -> str:
    return f"vacancy:{vacancy.pk}"


def _last_day(vacancy: Vacancy) -> str:
    return (vacancy.expires_on - timedelta(days=1)).isoformat()


def _remind(vacancy: Vacancy, now: datetime) -> None:
    words = {"vacancy": vacancy.title, "unit": vacancy.unit.name, "date": _last_day(vacancy)}
    due = at_nine(vacancy.expires_on - timedelta(days=REMIND_DAYS + 1))
    people = handlers_of(vacancy.unit, now)
    rows = [("vacancy_ending", one, due, words, page_of(vacancy)) for one in people]
    plan_reminders(subject=_subject(vacancy), rows=rows, now=now)


def _tell(vacancy: Vacancy, event: str, now: datetime, **words) -> None:
    """Tell everybody who acts for the unit now."""
    said = {"vacancy": vacancy.title, "unit": vacancy.unit.name} | words
    key = f"{event}:{vacancy.pk}:{vacancy.version}"
    people = handlers_of(vacancy.unit, now)
    notify_many(notes=[Note(event, one, f"{key}:{one.pk}", said, page_of(vacancy)) for one in people], now=now)
