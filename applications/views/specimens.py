"""The sample of a service's result, for everybody who reads its guide."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from applications import specimens
from jobs import clock
from policies import queries
from policies.models import ServiceItem


def result_sample(request, code):
    """The sample of what the guide in force brings, as PDF; 404 where the guide describes none."""
    item = get_object_or_404(ServiceItem.objects.select_related("organization", "region"), code=code)
    status = queries.guide_of(item, clock.today())
    if not status or not status.guide.result_sample:
        raise Http404
    guide = status.guide
    guide.item = item
    return HttpResponse(
        specimens.draw(guide),
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=False, filename=f"{item.name_zh}（结果样本）.pdf"
            )
        },
    )
