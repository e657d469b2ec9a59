"""The digital map of labor brands, its list, jobs and classes, the big screen, and the map in other sites' frames."""

from csp.decorators import csp_replace
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from jobs import clock
from laborbrands import asked
from laborbrands.models import Brand
from laborbrands.queries import around as circle
from laborbrands.queries import atlas, brands, cards, listing
from laborbrands.rules import wording
from laborbrands.states import CountyKind, Tier
from regions.models import RegionKind
from talentportal import context
from talentportal.lib.bilingual import pick

PAGE_SIZE, ON_THE_PAGE, OF_EACH = 30, 4, 200
SHADES = range(1, 6)
MARKS = (
    ("national", "diamond", (Tier.NATIONAL,)),
    ("provincial", "circle", (Tier.PROVINCIAL,)),
    ("local", "triangle", brands.LOCAL),
)
FRESH_SECONDS = 60


@require_safe
def brand_map(request):
    """The map with filters, the card of a brand, the ranking, and who hires and teaches now."""
    given = _read(request)
    words = _page(given)
    return render(request, "laborbrands/map.html", words | _around(given, words["figures"], words.get("card")))


@require_safe
def brand_list(request):
    """The twin of the map: the same brands under the same filters as a table, page by page."""
    given = _read(request)
    figures = brands.Figures(given.day, given.filters)
    rows = brands.on_the_map(given.day, given.filters)
    page = listing.page(rows, request.GET.get("sort", ""), request.GET.get("after", "")[:200], PAGE_SIZE)
    for brand in page.rows:
        brand.tier = Tier(brand.tier)
        home = given.places.find(brand.region_id)
        brand.place = wording.place_name(home, given.places.find(home.parent_id or ""))
    words = _words(given, figures) | {"page": page, "sorted_by": given.before("sort")}
    return render(request, "laborbrands/list.html", words)


@require_safe
def hiring(request):
    """All jobs and training classes of the brands that the filters leave."""
    given = _read(request)
    found = brands.on_the_map(given.day, given.filters)
    words = {"openings": brands.openings(found, given.today), "classes": brands.classes(found, given.today)}
    words = {name: rows[:OF_EACH] for name, rows in words.items()}
    return render(request, "laborbrands/hiring.html", {"asked": given} | words)


@require_safe
def around(request):
    """What each county is known for, and the ambassadors, studios and cooperation programs of the brands."""
    given = _read(request)
    found = brands.on_the_map(given.day, given.filters)
    level = given.level
    parts = circle.by_county(found, given.places, level) if level else []
    words = {"asked": given, "parts": parts, "counted": circle.counted(parts), "level": level}
    words |= {"ambassadors": circle.ambassadors(found, given.today), "studios": circle.studios(found)}
    words |= {"cooperations": circle.cooperations(found)}
    return render(request, "laborbrands/around.html", words)


@require_safe
def screen(request):
    """The map for a wall: dark, nothing to press, drawn anew every minute with the next brand; `still` stops it."""
    given, fresh = _read(request), not request.GET.get("still")
    turn = int(clock.now().timestamp()) // FRESH_SECONDS
    response = render(request, "laborbrands/screen.html", _page(given, turn=turn) | {"fresh": fresh})
    if fresh:
        response["Refresh"] = str(FRESH_SECONDS)
    return response


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": settings.EMBED_ANCESTORS})
def embed(request):
    """The map alone for other sites' frames: no session, no cookie, nothing to fill in."""
    given = _read(request)
    words = _page(given, base=request.build_absolute_uri(reverse("brands:map"))) | {"site": context.site()}
    words |= {"language": "en" if get_language() == "en" else "zh-Hans"}
    response = HttpResponse(render_to_string("laborbrands/embed.html", words))
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response


def _read(request) -> asked.Asked:
    return asked.read(request.GET, clock.today())


def _page(given: asked.Asked, *, base: str = "", turn: int | None = None) -> dict:
    """Return what the map shows: figures, drawing, card and legend."""
    figures = brands.Figures(given.day, given.filters)
    words = _words(given, figures) | {"base": base or reverse("brands:map"), "marks": MARKS, "map": None}
    if given.level is None:
        return words
    code = given.brand or _featured(given, turn)
    drawing = atlas.draw(given.day, figures, given.level, given.show, code)
    words |= {"map": drawing, "legend": _legend(drawing.scale.breaks, given.show), "show": given.show}
    words |= {"card": cards.card(code, given.day) if code else None, "pages": _pages(code)}
    words |= {"open": given.before("brand"), "zoom": given.before("region"), "up": _up(given)}
    return words


def _featured(given: asked.Asked, turn: int | None) -> str:
    """Return the brand whose card stands open unasked: the first of the highest tier, on a wall each in turn."""
    found = brands.on_the_map(given.day, given.filters).order_by(brands.rank_of("tier"), "is_sample", "region", "code")
    of_note = list(found.values_list("code", flat=True)[: 1 if turn is None else 12])
    return of_note[(turn or 0) % len(of_note)] if of_note else ""


def _pages(code: str) -> dict[str, str]:
    """Return the addresses of the brand's own page, empty while it has none."""
    found = {}
    for key, name in (("detail", "brands:detail"), ("enquire", "brands:enquire")):
        try:
            found[key] = reverse(name, kwargs={"code": code})
        except NoReverseMatch:
            found[key] = ""
    return found


def _words(given: asked.Asked, figures: brands.Figures) -> dict:
    """Return what the filters and the head of a page show."""
    tiers = figures.tiers
    chosen = given.filters
    return {
        "asked": given,
        "title": pick(context.site_data(), "brands_title") or _("Digital map of labor brands"),
        "figures": figures,
        "reported": brands.reported(given.places.province) if given.is_whole else None,
        "tiers": [
            {
                "key": key,
                "shape": shape,
                "count": sum(tiers[tier].brands for tier in of),
                "shown": sum(figures.shown_tiers[tier].brands for tier in of),
                "chosen": not chosen.tiers or any(tier in chosen.tiers for tier in of),
            }
            for key, shape, of in MARKS
        ],
        "industries": [
            (code, pick(industry, "name"), figures.industries[code].brands, code in chosen.industries)
            for code, industry in given.industries.items()
            if figures.industries[code].brands or code in chosen.industries
        ],
        "kinds": [
            (kind.lower(), label, figures.kinds[kind].brands, kind in chosen.kinds)
            for kind, label in CountyKind.choices
            if figures.kinds[kind].brands or kind in chosen.kinds
        ],
    }


def _legend(breaks: tuple[int, ...], show: str) -> list[tuple[int, str]]:
    """Return (shade, words) of the five steps."""
    said = [f"< {wording.amount(breaks[0])}"]
    for low, high in zip(breaks, (*breaks[1:], None), strict=True):
        if high is None or show != "brands" or high - low == 1:
            said.append(f"≥ {wording.amount(low)}" if high is None or show != "brands" else wording.amount(low))
        else:
            said.append(f"{low}–{high - 1}")
    return list(zip(SHADES, said, strict=True))


def _up(given: asked.Asked) -> list[tuple[str, str]]:
    """Return (name, query) of the regions above the one drawn, the province first."""
    if not given.filters.region:
        return []
    path = given.places.path(given.filters.region.code)[:-1]
    return [(pick(given.places.regions[code], "name"), given.query(region=code)) for code in path]


def _ranking(given: asked.Asked, figures: brands.Figures, near: str) -> list[dict]:
    """Return the prefectures by how many brands they have, the most first, each with its bar."""
    province = given.places.province
    tallies = figures.prefectures
    highest = max((tally.brands for tally in tallies.values()), default=0) or 1
    parts = given.places.below(province) if province else []
    rows = [
        {
            "name": wording.short_name(part),
            "code": part.code,
            "count": tallies[part.code].brands,
            "part": round(tallies[part.code].brands * 100 / highest, 1),
            "rest": 100 - round(tallies[part.code].brands * 100 / highest, 1),
            "query": given.query(region=part.code),
            "is_near": part.code == near and not given.filters.region,
            "chosen": bool(given.filters.region) and part.code in given.places.path(given.filters.region.code),
        }
        for part in parts
        if part.kind != RegionKind.ZONE or tallies[part.code].brands
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["code"]))


def _around(given: asked.Asked, figures: brands.Figures, card: cards.Card | None) -> dict:
    """Return ranking, jobs and classes."""
    found: QuerySet[Brand] = brands.on_the_map(given.day, given.filters)
    openings, classes = brands.openings(found, given.today), brands.classes(found, given.today)
    shown = [*openings[:ON_THE_PAGE], *classes[:ON_THE_PAGE]]
    half = ON_THE_PAGE // 2
    jobs, taught = shown[: min(len(openings), ON_THE_PAGE)], shown[min(len(openings), ON_THE_PAGE) :]
    return {
        "ranking": _ranking(given, figures, given.places.prefecture(card.brand.region_id) if card else ""),
        "jobs": jobs[: max(half, ON_THE_PAGE - len(taught))],
        "taught": taught[: max(half, ON_THE_PAGE - len(jobs))],
        "offers": openings.count() + classes.count(),
    }
