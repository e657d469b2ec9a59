"""Reads about whose word an application waits for, and what of it waits for somebody at work."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.queries import posts_of
from applications import office
from applications.states import State
from laborbrands.models import BrandApplication, Subsidy
from laborbrands.queries.recognition import WORD_BY, place_of
from laborbrands.rules.recognition import DECIDED_AT, ENDORSED_AT, WORD_DAYS, next_level
from laborbrands.states import SUBSIDY_NEXT, SUBSIDY_WORDS, EndorsementLevel
from regions.models import Region
from regions.queries import calendar_for
from talentportal.lib.bilingual import pick

MOST = 8  # lines on the page of work


@dataclass(frozen=True)
class Turn:
    """Whose word is next, where, and by when (domain 6.4; the days are those that the guide tells)."""

    level: str
    place: Region
    due_on: date


def turn_of(application: BrandApplication) -> Turn | None:
    """Return whose word an application waits for; None when the office that decides is next."""
    words = list(application.endorsements.all())
    level = next_level(application.tier, [row.level for row in words])
    if level is None:
        return None
    since = timezone.localdate(words[-1].at if words else application.created_at)
    due_on = calendar_for(application.region).add(since, WORD_DAYS)
    return Turn(level, place_of(application.region, ENDORSED_AT[level]), due_on)


def waiting_for(user, day: date) -> QuerySet[BrandApplication]:
    """Return the applications that wait for a word of the very offices where the user holds a post on a day."""
    wanted = Q(pk__in=[])
    for post in posts_of(user, day).filter(role__in=WORD_BY).select_related("region"):
        if post.region.kind == "PREFECTURE":
            given = {"endorsements__level": EndorsementLevel.COUNTY}
            wanted |= Q(tier="PROVINCIAL", region__path__startswith=f"{post.region.path}/", **given)
        else:
            wanted |= Q(region=post.region, endorsements__isnull=True) & ~Q(tier="COUNTY")
    rows = BrandApplication.objects.filter(wanted, case__state=State.EXAMINING)
    return rows.exclude(endorsements__level=EndorsementLevel.PREFECTURE).distinct().order_by("created_at")


def subsidies_for(user, day: date) -> QuerySet[Subsidy]:
    """Return the subsidies whose next step waits for a role that the user has at the office of their tier."""
    wanted = Q(pk__in=[])
    for post in posts_of(user, day).select_related("region"):
        states = [state for state, (_verb, role) in SUBSIDY_NEXT.items() if role == post.role]
        tiers = [tier for tier, kind in DECIDED_AT.items() if kind == post.region.kind]
        home = Q(brand__region=post.region) | Q(brand__region__path__startswith=f"{post.region.path}/")
        wanted |= Q(home, state__in=states, tier__in=tiers)
    return Subsidy.objects.filter(wanted).order_by("pk")


def work_of(user, now: datetime) -> list[office.Work]:
    """Return what of brands waits for somebody's office, the oldest first, for the page of work."""
    today = timezone.localdate(now)
    rows = waiting_for(user, today).select_related("case__unit", "region").prefetch_related("endorsements")
    owed = subsidies_for(user, today).select_related("brand__region")
    words, money = _("Brand applications that wait for your office"), _("Brand subsidies that wait for your office")
    found = [
        office.Work(words, _list_of("brandapplication", next="mine"), [_line(row, today) for row in rows[:MOST]]),
        office.Work(money, _list_of("subsidy"), [_money_line(row) for row in owed[:MOST]]),
    ]
    return [work for work in found if work.lines]


def _list_of(model: str, **asked) -> str:
    page = reverse(f"admin:laborbrands_{model}_changelist")
    return f"{page}?{urlencode(asked)}" if asked else page


def _money_line(subsidy: Subsidy) -> office.WorkLine:
    verb, _role = SUBSIDY_NEXT[subsidy.state]
    return office.WorkLine(
        url=reverse("admin:laborbrands_subsidy_change", args=[subsidy.pk]),
        name=pick(subsidy.brand, "name"),
        about=f"{subsidy.get_tier_display()} · {subsidy.payee}",
        number=f"{subsidy.amount_yuan:,.2f}",
        state=SUBSIDY_WORDS[verb],
    )


def _line(application: BrandApplication, today: date) -> office.WorkLine:
    turn = turn_of(application)
    left = calendar_for(application.region).between(today, turn.due_on)
    return office.WorkLine(
        url=reverse("admin:laborbrands_brandapplication_change", args=[application.pk]),
        name=str(application),
        about=f"{pick(application.region, 'name')} · {application.case.unit or application.case.applicant_name}",
        number=application.case.case_no,
        state=EndorsementLevel(turn.level).label,
        due_on=turn.due_on,
        left=left,
    )
