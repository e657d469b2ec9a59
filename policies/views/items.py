from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from jobs import clock
from policies import blank_forms, queries
from policies.filters import ServiceFilter
from policies.guides import HANDLING_FORMS, SUPPORTS
from policies.models import FetchMode, ServiceItem
from regions.queries import calendar_for


def service_list(request):
    today = clock.today()
    chosen = ServiceFilter(queries.guides_in_force(today), request.GET)
    return render(request, "policies/service_list.html", {"filter": chosen, "guides": chosen.guides})


def guide(request, code):
    """The public guide; when none is in force it says so, and offers what comes or what was."""
    today = clock.today()
    item = get_object_or_404(ServiceItem.objects.select_related("organization", "region", "catalog_item"), code=code)
    status = queries.guide_of(item, today)
    if status is None:
        raise Http404
    version = status.guide
    version.item = item
    materials = list(version.materials.all())
    context = {
        "item": item,
        "guide": version,
        "state": status.state,
        "materials": materials,
        "held": sum(material.fetch_mode != FetchMode.NONE for material in materials),
        "windows": _windows(item, today),
        "draft": _draft(item, request.user),
        "terms": _deferral(version, materials),
        "ways": [label for key, label in HANDLING_FORMS.items() if key in version.handling_forms],
        "supports": [(label, key in version.supports) for key, label in SUPPORTS.items()],
    }
    if status.state == "OPEN":
        context["forecast"] = queries.forecast(version, calendar_for(item.region), today)
    return render(request, "policies/guide.html", context)


def blank_form(request, code, key, sample=False):
    """A form of the guide in force as PDF, empty or filled in as a sample."""
    now = clock.now()
    item = get_object_or_404(ServiceItem.objects.select_related("organization"), code=code)
    status = queries.guide_of(item, timezone.localdate(now))
    spec = status and status.guide.materials.exclude(form={}).select_related("guide").filter(key=key).first()
    if not spec:
        raise Http404
    name = f"{spec.name_zh}{'（样表）' if sample else '（空白）'}.pdf"
    return HttpResponse(
        blank_forms.draw(spec, item, sample=sample),
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(as_attachment=False, filename=name)},
    )


def _windows(item, today):
    """The windows that handle the item today (rows of a layer above, through the reverse accessor)."""
    covering = item.window_items.filter(Q(ends_on=None) | Q(ends_on__gt=today), starts_on__lte=today)
    return [
        entry.window
        for entry in covering.exclude(window__status="CLOSED")
        .select_related("window__region", "window__organization")
        .order_by("window__region__path", "window__code")
    ]


def _draft(item, user):
    return item.cases.filter(applicant=user, state="DRAFT").first() if user.is_authenticated else None


def _deferral(version, materials):
    """The days and number of materials that may come later, None when the guide allows none."""
    days = [material.defer_days for material in materials if material.deferrable]
    return {"count": len(days), "days": max(days)} if version.deferral_allowed and days else None
