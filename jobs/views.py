"""The demo clock's page. It exists in a demo only."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jobs import clock as portal_clock
from jobs import demo, queries
from jobs.forms import MoveByForm, MoveToForm
from talentportal.lib.refusals import Refused


def demo_only(view):
    """Answer 404 outside a demo."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@demo_only
@require_http_methods(["GET", "HEAD", "POST"])
def clock(request):
    """Show and move the demo's time."""
    by, to = MoveByForm(_sent(request, "by")), MoveToForm(_sent(request, "to"))
    if request.method == "POST" and (moved := _move(request, by, to)):
        return moved
    now = portal_clock.now()
    page = {"by": by, "to": to, "banner": queries.demo_banner(), "waiting": queries.oldest_waiting(now)}
    page["form"] = by if by.is_bound else to
    return render(request, "demo/clock.html", page)


def _sent(request, act: str):
    return request.POST if request.method == "POST" and request.POST.get("act") == act else None


def _move(request, by: MoveByForm, to: MoveToForm):
    try:
        if request.POST.get("act") == "reset":
            demo.reset()
            messages.success(request, _("The clock shows the real time again."))
        elif by.is_valid():
            _tell(request, demo.move_by(working_days=by.cleaned_data["working_days"]))
        elif to.is_valid():
            _tell(request, demo.move(to.cleaned_data["moment"]))
        else:
            return None
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("demo:clock")


def _tell(request, report) -> None:
    words = {"rows": sum(report.swept.values()), "jobs": report.jobs}
    messages.success(request, _("The clock was moved. On the way: %(rows)s rows, %(jobs)s jobs.") % words)
    for name in report.failed:
        messages.error(request, _("%(name)s failed; see the log.") % {"name": name})
