"""The portal's addresses, a bare view behind the same middleware and sign-in, and a plain submission as the peer."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone

from applications.models import Case, CaseEvent, Clock, Paper
from bench.stock import stock_site
from jobs.models import Job
from notifications.models import Delivery, Message
from regions.queries import calendar_for
from talentportal import urls as portal


@login_required
def bare(request):
    """Answer a few bytes to somebody signed in; the floor."""
    return HttpResponse(b"ok")


@login_required
@transaction.atomic
def plain(request, draft: str):
    """Submit as a tutorial would: row by row, number from the key, no lock, a page at the end by redirect; the peer."""
    case = get_object_or_404(Case, public_id=draft, applicant=request.user)
    now, today = timezone.now(), timezone.localdate()
    for material in case.materials.all():
        if material.spec.necessity == "REQUIRED" and material.status == "MISSING":
            return HttpResponse(status=400)
    calendar = calendar_for(case.region_id)
    due = calendar.add(today, case.guide.accept_days)
    case.case_no = f"P{case.pk}"
    case.state, case.received_at, case.applicant_name = "RECEIVED", now, request.user.person.name
    case.due_on, case.due_wd = due, calendar.ordinal(due)
    case.save()
    Clock.objects.create(
        case=case,
        kind="ACCEPT",
        owner="OFFICE",
        days=5,
        started_on=today,
        printed_due_on=due,
        due_on=due,
        due_wd=case.due_wd,
        calendar=calendar.code,
    )
    CaseEvent.objects.create(case=case, seq=1, verb="submit", actor=request.user, at=now)
    paper = Paper.objects.create(
        case=case, kind="RECEIPT", number=f"P{case.case_no}", content={"title": "Receipt"}, issued_at=now
    )
    Job.objects.create(kind="peer.paper", key=str(paper.pk), created_at=now, run_after=now)
    message = Message.objects.create(
        recipient=request.user, event="submitted", key=f"peer:{case.pk}", title="Submitted", body="", created_at=now
    )
    Delivery.objects.create(message=message, channel="EMAIL", text="Submitted")
    Job.objects.create(kind="peer.mail", key=str(message.pk), created_at=now, run_after=now)
    return redirect("me:case", case_no=case.case_no)


urlpatterns = [
    path("bench/bare/", bare),
    path("bench/plain/<slug:draft>/", plain),
    path("bench/admin/", stock_site.urls),
    *portal.urlpatterns,
]
