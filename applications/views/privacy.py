"""What concerns the person alone: who looked, a copy of the data, the end of the account (个人信息保护法 第44–47条)."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Reveal
from applications.forms import CloseAccountForm
from applications.models import Case, DataExport, Viewing
from applications.search import Reason
from applications.services import account, export
from applications.views.common import signed_in
from applications.views.files import give_out
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused

PAGE = 30


@require_safe
@signed_in
def privacy_log(request):
    """Show which members of staff looked into the own cases or at the own document number, the latest first."""
    looks = Viewing.objects.filter(case__in=Case.objects.own(request.user)).order_by("-at", "-pk")
    if (before := request.GET.get("before", "")).isdecimal() and len(before) < 19:
        looks = looks.filter(pk__lt=before)
    found = list(looks.select_related("by", "case__item", "case__organization", "case__window")[: PAGE + 1])
    reasons = dict(Reason.choices)
    for look in found:
        look.why = reasons.get(look.reason, look.reason)
    reveals = Reveal.objects.filter(person__user=request.user).select_related("by")[:PAGE]
    context = {
        "looks": found[:PAGE],
        "next": found[PAGE - 1].pk if len(found) > PAGE else "",
        "reveals": reveals if not before else [],
    }
    return render(request, "applications/privacy_log.html", context)


@signed_in
@reauthentication_required(allow_get=True)
def data(request):
    """Say what a copy of the own data holds, ask for one by POST, and list those that can be downloaded."""
    if request.method == "POST":
        try:
            export.ask_for_export(actor=request.user, now=clock.now())
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        messages.success(request, _("Asked. We make the copy and tell you when it is ready."))
        return redirect("me:data")
    exports = DataExport.objects.filter(owner=request.user)
    reasons = again.told(request).get("reasons", [])
    context = {"exports": exports, "reasons": reasons, "keep_days": export.KEEP_DAYS, "has_errors": bool(reasons)}
    return render(request, "applications/data.html", context)


@require_safe
@signed_in
def data_file(request, public_id: str):
    """Give out a copy of the own data to its owner, until it expires."""
    now = clock.now()
    found = get_object_or_404(DataExport, owner=request.user, public_id=public_id, expires_at__gt=now)
    try:
        response = give_out(found.file, f"talentportal-{found.ready_at:%Y-%m-%d}.zip", "application/zip", inline=False)
    except FileNotFoundError as error:
        raise Http404 from error
    export.note_download(export=found, now=now)
    return response


@signed_in
@reauthentication_required(allow_get=True)
def close_account(request):
    """Say what closing deletes and what is kept; POST closes the account for good and signs out."""
    obstacles = account.closing_obstacles(request.user)
    form = CloseAccountForm(again.typed(request))
    reasons = again.told(request).get("reasons", [])
    if request.method == "POST" and form.is_valid() and not obstacles:
        try:
            account.close_account(actor=request.user, now=clock.now())
        except Refused as refused:
            reasons = refused.reasons
        else:
            logout(request)
            messages.success(request, _("Your account is closed. What only served you is deleted."))
            return redirect("home")
    if request.method == "POST":
        return again.give_back(request, reasons=reasons)
    context = {"form": form, "obstacles": obstacles, "reasons": reasons, "has_errors": bool(reasons)}
    return render(request, "applications/close_account.html", context)
