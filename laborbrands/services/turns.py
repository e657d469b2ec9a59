"""Whose turn it is on an application: county or prefecture is told that its word is due, and reminded of it."""

from datetime import datetime, timedelta

from django.utils import timezone

from applications.services.clocks import at_nine
from laborbrands.models import BrandApplication
from laborbrands.queries import recognition as queries
from laborbrands.queries import turns
from laborbrands.rules.recognition import REMIND_BEFORE
from laborbrands.states import EndorsementLevel, Tier
from notifications.services import Note, cancel_reminders, notify_many, plan_reminders
from regions.queries import calendar_for
from talentportal.lib.bilingual import both


def next_turn(application: BrandApplication, now: datetime) -> None:
    """Tell the office whose word is next, with the day by which it is due; after the last word, who decides.

    Effects: messages, and reminders some days before, on the day itself and the day after. What waited of an earlier
    turn is cancelled. Safe to run twice. Call inside a transaction.
    """
    end_turn(application, now)
    today, turn = timezone.localdate(now), turns.turn_of(application)
    if turn is None:
        people = queries.deciders_at(queries.deciding_place(application), today)
        _tell(application, "brand_review_due", "decision", people, {}, now)
        return
    people, words = queries.word_givers_at(turn.place, today), {"date": turn.due_on.isoformat()}
    words["level"] = both(EndorsementLevel(turn.level).label)
    _tell(application, "brand_word_due", turn.level, people, words, now)
    calendar = calendar_for(application.region)
    days = [*(calendar.subtract(turn.due_on, n) for n in REMIND_BEFORE), turn.due_on, turn.due_on + timedelta(days=1)]
    said, path = _words(application) | words, page_of(application)
    rows = [("brand_word_reminder", one, at_nine(day), said, path) for one in people for day in days]
    plan_reminders(subject=_subject(application), rows=rows, now=now)


def end_turn(application: BrandApplication, now: datetime) -> None:
    """Cancel the reminders: the word was given, or the application has ended."""
    cancel_reminders(subject=_subject(application), now=now)


def page_of(application: BrandApplication) -> str:
    """Return the address of an application at the office, without the language."""
    return f"/admin/laborbrands/brandapplication/{application.pk}/change/"


def _subject(application: BrandApplication) -> str:
    return f"brand_word:{application.pk}"


def _words(application: BrandApplication) -> dict:
    tier = both(Tier(application.tier).label)
    return {"brand": application.name, "tier": tier, "case_no": application.case.case_no}


def _tell(application: BrandApplication, event: str, cause: str, people, words: dict, now: datetime) -> None:
    said, key = _words(application) | words, f"{event}:{application.pk}:{cause}"
    notes = [Note(event, one, f"{key}:to:{one.pk}", said, page_of(application)) for one in people]
    notify_many(notes=notes, now=now)
