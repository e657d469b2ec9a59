"""Vacancies as everybody reads them: filters with counts, pages that begin behind the last row of the one before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from jobs import clock
from regions.models import Region, RegionKind
from talentportal.lib.bilingual import pick
from talents.models import Vacancy
from talents.queries.units import acting_units
from talents.rules.match import MONTHLY
from talents.states import Degree, WorkKind

PAGE_SIZE, LONGEST_TEXT = 20, 60
PAYS = (5000, 8000, 12_000, 20_000, 30_000)  # yuan a month, at least
_OWN_PAGE = re.compile(r"/org/vacancies/([\w-]{22})/")
NAMES = ("q", "region", "degree", "kind", "pay", "fit")


@dataclass(frozen=True)
class Wish:
    """What an address of the list asks for. What is not understood is left out and said in `problems`."""

    words: str = ""
    region: str = ""
    degree: int | None = None  # what the reader has: vacancies that ask for no more
    kind: str = ""
    pay: int | None = None
    fit: bool = False
    problems: tuple[str, ...] = field(default=(), compare=False)

    def query(self, **changes) -> str:
        """Return the query string of this wish with something changed."""
        wish = replace(self, **changes)
        told = (wish.words, wish.region, wish.degree, wish.kind, wish.pay, "1" if wish.fit else "")
        return f"?{urlencode([(name, value) for name, value in zip(NAMES, told, strict=True) if value])}"


def read(params: Mapping, regions: Mapping[str, Region]) -> Wish:
    """Read the parameters of an address; unknown names are passed over, unknown values are said."""
    given = {name: str(params.get(name, ""))[:LONGEST_TEXT].replace("\0", "").strip() for name in NAMES}
    known = {
        "region": regions,
        "degree": {str(value) for value in Degree.values},
        "kind": set(WorkKind.values),
        "pay": {str(pay) for pay in PAYS},
        "fit": {"1"},
    }
    wrong = [name for name, values in known.items() if given[name] and given[name] not in values]
    problems = tuple(_("“%(value)s” means nothing here and was left out.") % {"value": given[name]} for name in wrong)
    given |= dict.fromkeys(wrong, "")
    return Wish(
        words=given["q"],
        region=given["region"],
        degree=int(given["degree"]) if given["degree"] else None,
        kind=given["kind"],
        pay=int(given["pay"]) if given["pay"] else None,
        fit=bool(given["fit"]),
        problems=problems,
    )


def places() -> dict[str, Region]:
    """Return the province's prefectures and counties by code, in the order of their paths."""
    rows = Region.objects.defer("outline").exclude(kind=RegionKind.PROVINCE).order_by("path")
    return {region.code: region for region in rows}


def narrowed(wish: Wish, now: datetime, regions: Mapping[str, Region], *, without: str = "") -> QuerySet[Vacancy]:
    """Return the vacancies online that a wish asks for; `without` leaves one of its filters out."""
    rows = Vacancy.objects.online(now)
    if wish.words:
        for word in wish.words.split()[:5]:
            rows = rows.filter(_has(word))
    if wish.region and without != "region":
        path = regions[wish.region].path
        rows = rows.filter(Q(region=wish.region) | Q(region__path__startswith=f"{path}/"))
    if wish.degree and without != "degree":
        rows = rows.filter(Q(degree__isnull=True) | Q(degree__lte=wish.degree))
    if wish.kind and without != "kind":
        rows = rows.filter(kind=wish.kind)
    if wish.pay and without != "pay":
        rows = rows.annotate(a_month=_a_month()).filter(a_month__gte=wish.pay)
    return rows


def _has(word: str) -> Q:
    fields = ("title", "description", "conditions", "unit__name", "unit__name_en", "region__name_zh", "region__name_en")
    found = Q(skills__icontains=word)
    for name in fields:
        found |= Q(**{f"{name}__icontains": word})
    return found


def _a_month():
    """The most that is paid, in yuan a month."""
    best = Coalesce(F("pay_to"), F("pay_from"))
    return Case(*[When(pay_period=period, then=best * Value(factor)) for period, factor in MONTHLY.items()])


def search(text: str, now: datetime, most: int = 20) -> list[Vacancy]:
    """Return the newest vacancies online that have every one of the words."""
    return page(narrowed(Wish(words=text[:LONGEST_TEXT]), now, {}), "", most).rows


# --- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    rows: list[Vacancy]
    next: str  # where the next page begins, "" on the last one
    is_first: bool


def page(rows: QuerySet[Vacancy], after: str, size: int = PAGE_SIZE) -> Page:
    """Return the vacancies behind a mark ("moment~id" of the last one seen), the newest first. One query."""
    mark = _mark(after)
    if mark:
        at, pk = mark
        rows = rows.filter(Q(online_since__lt=at) | Q(online_since=at, pk__lt=pk))
    found = list(rows.select_related("unit", "region").order_by("-online_since", "-pk")[: size + 1])
    shown = found[:size]
    following = f"{shown[-1].online_since.isoformat()}~{shown[-1].pk}" if len(found) > size else ""
    return Page(shown, following, mark is None)


def _mark(after: str):
    """Read a mark; what is none of ours is the beginning."""
    moment, _, pk = after.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(pk)) if at.tzinfo and pk.isascii() and pk.isdecimal() and len(pk) < 19 else None


# --- facets ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    name: str
    address: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    key: str
    name: str
    options: list[Option]


def facets(wish: Wish, now: datetime, regions: Mapping[str, Region]) -> list[Facet]:
    """Return the filters with how many vacancies each value leaves, its own group not counted. Four queries."""
    found = [
        Facet("region", _("Place of work"), _of_places(wish, now, regions)),
        Facet("degree", _("Your education"), _of_degrees(wish, now, regions)),
        Facet("kind", _("Kind of work"), _of_kinds(wish, now, regions)),
        Facet("pay", _("Pay a month"), _of_pays(wish, now, regions)),
    ]
    return [facet for facet in found if facet.options]


def _option(wish: Wish, key: str, value, name, count: int) -> Option:
    chosen = getattr(wish, key) == value
    return Option(str(name), wish.query(**{key: "" if chosen else value}), count, chosen)


def _of_places(wish: Wish, now: datetime, regions: Mapping[str, Region]) -> list[Option]:
    """Prefectures that have vacancies, and the counties of the chosen one."""
    counted = _counted(narrowed(wish, now, regions, without="region"), "region__path")
    chosen = regions[wish.region].path.split("/") if wish.region else []
    found = []
    for code, region in regions.items():
        depth = region.path.count("/")
        if depth > 1 and not set(region.path.split("/")[:-1]) & set(chosen[1:]):
            continue
        count = sum(n for path, n in counted.items() if f"{path}/".startswith(f"{region.path}/"))
        if count or code == wish.region:
            found.append(_option(wish, "region", code, pick(region, "name"), count))
    return found


def _of_degrees(wish: Wish, now: datetime, regions: Mapping[str, Region]) -> list[Option]:
    counted = _counted(narrowed(wish, now, regions, without="degree"), "degree")
    if not counted:
        return []
    totals = {degree: sum(n for least, n in counted.items() if (least or 0) <= degree) for degree in Degree}
    return [_option(wish, "degree", degree.value, degree.label, totals[degree]) for degree in reversed(Degree)]


def _of_kinds(wish: Wish, now: datetime, regions: Mapping[str, Region]) -> list[Option]:
    counted = _counted(narrowed(wish, now, regions, without="kind"), "kind")
    return [
        _option(wish, "kind", kind.value, kind.label, counted.get(kind.value, 0))
        for kind in WorkKind
        if counted.get(kind.value) or wish.kind == kind
    ]


def _of_pays(wish: Wish, now: datetime, regions: Mapping[str, Region]) -> list[Option]:
    rows = narrowed(wish, now, regions, without="pay").annotate(best=_a_month())
    steps = {f"from_{pay}": Count("pk", filter=Q(best__gte=pay)) for pay in PAYS}
    counted = rows.aggregate(**steps)
    words = _("%(yuan)s yuan and more")
    return [
        _option(wish, "pay", pay, words % {"yuan": f"{pay:,}"}, counted[f"from_{pay}"])
        for pay in PAYS
        if counted[f"from_{pay}"] or wish.pay == pay
    ]


def _counted(rows: QuerySet[Vacancy], column: str) -> dict:
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))


# --- the unit -----------------------------------------------------------------------------------------------------


def of_units(units: list[Unit]) -> QuerySet[Vacancy]:
    """Return the vacancies of these units, what was changed last first."""
    return Vacancy.objects.filter(unit__in=units).select_related("unit", "region")


def may_hear(user: User, path: str) -> bool:
    """Tell whether a user may still hear of a vacancy's own page: only who acts for its unit now."""
    page = _OWN_PAGE.match(path)
    units = acting_units(user, clock.now())
    return page is None or Vacancy.objects.filter(public_id=page[1], unit__in=units).exists()
