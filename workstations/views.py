from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from jobs import clock
from policies.models import ServiceItem
from regions.models import Region
from workstations import queries


def window_list(request):
    """The map and the windows by prefecture, one's own first; `q`, `region`, `item` and `open` narrow the list."""
    now = clock.now()
    today = timezone.localdate(now)
    region = Region.objects.filter(code=request.GET.get("region", "")[:6]).first()
    item = ServiceItem.objects.filter(code=request.GET.get("item", "")[:60]).first()
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    windows = queries.matching(queries.public_windows(), words)
    if region:
        windows = windows.filter(region__in=Region.objects.within(region))
    if item:
        windows = windows.filter(pk__in=queries.windows_handling(item, today))
    rows = [(window, queries.open_state(window, now)) for window in windows]
    if request.GET.get("open"):
        rows = [row for row in rows if row[1].is_open]
    area_map = queries.window_map(today)
    context = {
        "places": queries.by_place(rows, queries.home_of(request.user), lambda row: row[0].region.path),
        "words": words,
        "count": len(rows),
        "map": area_map,
        "stations": queries.stations(region),
        "region": region,
        "item": item,
        "as_table": request.GET.get("view") == "table",
        "open_only": bool(request.GET.get("open")),
    }
    return render(request, "workstations/window_list.html", context)


def window_detail(request, code):
    now = clock.now()
    window = get_object_or_404(queries.public_windows(), code=code)
    context = {
        "window": window,
        "open": queries.open_state(window, now),
        "week": queries.week(window),
        "items": queries.handled_by(window, timezone.localdate(now)),
    }
    return render(request, "workstations/window_detail.html", context)
