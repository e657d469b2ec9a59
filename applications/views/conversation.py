"""The applicant's side of the messages on a case, and the files that came with them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.conversation import Talk
from applications.conversation_forms import MessageForm
from applications.models import Case, MessageFile
from applications.services import conversation
from applications.states import ScanState
from applications.uploads import too_large
from applications.views.common import own_case, signed_in
from applications.views.files import SHOWN_INLINE, give_out
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def thread(request, case_no: str):
    """Show what was said on a case, which counts as read with that; POST writes a message to the office."""
    case, now = own_case(request, case_no), clock.now()
    form = MessageForm(again.typed(request), request.FILES or None)
    if request.method == "POST":
        return _send(request, case, form, now)
    talk = Talk(case, request.user, now, by_office=False)
    seen = talk.messages  # with what was new until now
    if request.method == "GET" and talk.unread:
        conversation.read_messages(case=case, actor=request.user, now=now)
    context = {
        "case": case,
        "talk": talk,
        "thread": seen,
        "form": form,
        "reasons": again.told(request).get("reasons", []),
    }
    return render(request, "applications/messages.html", context)


def _send(request, case: Case, form: MessageForm, now):
    reasons = too_large(request)
    if form.is_valid() and not reasons:
        try:
            conversation.send_message(case=case, actor=request.user, now=now, **form.cleaned_data)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Your message is with the office."))
            return redirect("me:messages", case_no=case.case_no)
    return again.give_back(request, reasons=[*reasons, *form.errors.get("files", [])])


@require_safe
@signed_in
def file(request, public_id: str):
    """Give out a file of a message to both sides of the case; infected and unscanned ones as files of materials."""
    kept = get_object_or_404(MessageFile.objects.select_related("message"), public_id=public_id)
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=kept.message.case_id)
    if kept.scan_state == ScanState.INFECTED:
        raise Http404
    if kept.scan_state == ScanState.PENDING and not _is_of_own_side(request.user, kept, case):
        return HttpResponse(_("This file is being scanned. Try again in a moment."), "text/plain; charset=utf-8", 503)
    return give_out(kept.file, kept.name, kept.mime, inline=kept.kind in SHOWN_INLINE)


def _is_of_own_side(user, kept: MessageFile, case: Case) -> bool:
    return kept.message.is_from_office != Case.objects.own(user).filter(pk=case.pk).exists()
