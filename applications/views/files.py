"""Files: taken in with and without a script, and given out only to those who may see the case."""

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications import services
from applications.models import Case, Material, MaterialFile, Paper, WalletItem, new_public_id
from applications.services import wallet
from applications.states import ScanState, State
from applications.views.common import RELATED, by_script, own_draft, signed_in, words_of
from applications.wizard import Wizard
from jobs import clock
from talentportal.lib import again, pages, spoken, uploads
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused, refuse_unless

PAGE_SECONDS = 3600  # how long the picture of a page is kept
SHOWN_INLINE = ("pdf", "jpg", "png")
# What somebody handed in can do nothing in a browser: no scripts, no forms, no address of ours.
SEALED_OFF = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; sandbox"


def take_in(request, material: Material, now) -> list[str]:
    """Inspect and keep the posted file for a material; return what is wrong with it, nothing when it was kept."""
    posted = request.FILES.getlist("file")  # two fields on phones: camera and files
    if request.META.get("portal.upload_too_large"):
        return [_("The file is too large: at most %(max)s.") % {"max": spoken.file_size(settings.UPLOAD_MAX_BYTES)}]
    if not posted:
        return [_("Choose a file first.")]
    file, name = posted[-1], uploads.clean_name(posted[-1].name)
    try:
        facts = uploads.inspect(file, name, settings.UPLOAD_MAX_BYTES)
        file.name = f"{new_public_id()}.{facts.kind}"  # where it lies tells nothing, whatever the name was
        services.add_file(material=material, actor=request.user, file=file, facts=facts, name=name, now=now)
    except ValidationError as error:
        return words_of(error)
    except Refused as refused:
        return [str(reason) for reason in refused.reasons]
    return []


@require_POST
@signed_in
def upload(request, code: str, draft: str, material: int):
    """Take in a file for a material of a draft."""
    case = own_draft(request, code, draft)
    found = get_object_or_404(case.materials.select_related("spec"), pk=material)
    now = clock.now()
    if case.state != State.DRAFT:
        return _after_submission(request, case)
    errors = take_in(request, found, now)
    wizard = Wizard(case, request.user, now)
    if by_script(request):
        return _answer(request, wizard, found.pk, errors)
    if errors:
        page = reverse("apply:step", args=[case.item.code, case.public_id, "materials"])
        return again.give_back(request, page, rows={found.pk: errors})
    return redirect(_place(case, found.pk))


def _place(case: Case, material_pk: int) -> str:
    return f"{reverse('apply:step', args=[case.item.code, case.public_id, 'materials'])}#material-{material_pk}"


def _after_submission(request, case: Case):
    if by_script(request):
        return JsonResponse({"error": _("This application has been submitted already.")}, status=409)
    return redirect("me:case", case_no=case.case_no)


def _answer(request, wizard: Wizard, pk: int, errors: list):
    """Tell the script what to show now: every row, the commitment and the side summary."""
    for row in wizard.rows:
        row.errors = errors if row.material.pk == pk else None
    context = {
        "case": wizard.case,
        "wizard": wizard,
        "form": wizard.promise_form() if wizard.may_commit else None,
    }
    parts = {
        "lists": render_to_string("applications/_material_lists.html", context, request),
        "commitment": render_to_string("applications/_commitment.html", context, request),
        "side": render_to_string("applications/_side.html", context, request),
    }
    return JsonResponse({"errors": errors, "scanning": wizard.is_scanning, **parts}, status=422 if errors else 200)


@require_safe
@signed_in
def rows(request, code: str, draft: str):
    """Tell the script how the materials stand, while a scan runs."""
    case = own_draft(request, code, draft)
    if case.state != State.DRAFT:
        return _after_submission(request, case)
    return _answer(request, Wizard(case, request.user, clock.now()), 0, [])


@require_POST
@signed_in
def remove(request, code: str, draft: str, material: int):
    """Take what was handed in for a material out of a draft."""
    case = own_draft(request, code, draft)
    found = get_object_or_404(case.materials, pk=material)
    if case.state != State.DRAFT:
        return redirect("me:case", case_no=case.case_no)
    now = clock.now()
    for kept in found.files.filter(removed_at__isnull=True):
        services.remove_file(file=kept, actor=request.user, now=now)
    services.look_again(case=case, actor=request.user, now=now)
    if by_script(request):
        return _answer(request, Wizard(case, request.user, now), 0, [])
    return redirect(_place(case, found.pk))


@require_POST
@signed_in
def reuse(request, code: str, draft: str, material: int):
    """Hand in a verified material of the own wallet for a material of a draft."""
    case = own_draft(request, code, draft)
    found = get_object_or_404(case.materials, pk=material)
    if case.state != State.DRAFT:
        return _after_submission(request, case)
    wanted = request.POST.get("item", "")
    item, now, errors = WalletItem.objects.filter(owner=request.user, public_id=wanted).first(), clock.now(), []
    try:
        refuse_unless(item, _("This material has expired or was removed. Choose a file."))
        wallet.use_from_wallet(item=item, material=found, actor=request.user, now=now)
    except Refused as refused:
        errors = [str(reason) for reason in refused.reasons]
    if by_script(request):
        return _answer(request, Wizard(case, request.user, now), found.pk, errors)
    if errors:
        page = reverse("apply:step", args=[case.item.code, case.public_id, "materials"])
        return again.give_back(request, page, rows={found.pk: errors})
    return redirect(_place(case, found.pk))


@require_safe
@signed_in
def file(request, public_id: str):
    """Give out a file to whoever may see its case; never an infected one, and to staff only after its scan."""
    kept = get_object_or_404(
        MaterialFile.objects.select_related("material__case"), public_id=public_id, removed_at__isnull=True
    )
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=kept.material.case_id)
    if kept.scan_state == ScanState.INFECTED:
        raise Http404
    if kept.scan_state == ScanState.PENDING and not Case.objects.own(request.user).filter(pk=case.pk).exists():
        return HttpResponse(_("This file is being scanned. Try again in a moment."), "text/plain; charset=utf-8", 503)
    return give_out(kept.file, kept.name, kept.mime, inline=kept.kind in SHOWN_INLINE)


@require_safe
@signed_in
def page(request, kept: MaterialFile, number: int):
    """Give out the picture of a page of a PDF; drawn once, kept for an hour. The caller knows who may see it."""
    if kept.kind != "pdf" or kept.scan_state in (ScanState.INFECTED, ScanState.PENDING) or kept.removed_at:
        raise Http404
    name = f"page:{kept.public_id}:{number}"
    picture = cache.get(name)
    if picture is None:
        try:
            with kept.file.open("rb") as content:
                picture = pages.draw(content.read(), number)
        except (pages.CannotDraw, FileNotFoundError) as error:
            raise Http404 from error
        cache.set(name, picture, PAGE_SECONDS)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=600"}
    return HttpResponse(picture, "image/png", headers=headers)


@require_safe
@signed_in
def paper(request, public_id: str):
    """Give out an official document as PDF; while it is being drawn, its words."""
    found = _paper(request, public_id)
    if not found.file:
        return redirect("me:paper_words", public_id=public_id)
    name = f"{found.get_kind_display()} {found.number}.pdf"
    return give_out(found.file, name, "application/pdf", inline=True)


@require_safe
@signed_in
def paper_words(request, public_id: str):
    """Show an official document as a page to print."""
    found = _paper(request, public_id)
    return render(
        request, "applications/paper.html", {"paper": found, "case": found.case, "words": pick(found.content)}
    )


def _paper(request, public_id: str) -> Paper:
    cases = Case.objects.visible_to(request.user).filter(papers__public_id=public_id).select_related(*RELATED)
    case = get_object_or_404(cases)
    found = case.papers.get(public_id=public_id)
    found.case = case
    return found


def give_out(stored, name: str, mime: str, *, inline: bool) -> FileResponse:
    """Answer with a stored file that can do nothing in a browser but be looked at."""
    try:
        content = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=not inline, filename=name, content_type=mime)
    response["Content-Security-Policy"] = SEALED_OFF
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
