"""The five steps of a draft, and saving while one types."""

import json

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts.forms import IdentityForm
from accounts.services import register_person
from applications import questions, services
from applications.forms import SignForm, promises_in
from applications.models import Case
from applications.services.drafts import STEPS
from applications.states import State
from applications.views.common import own_draft, signed_in
from applications.wizard import Wizard
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talentportal.templatetags.portal import clock_time

TEMPLATES = {
    "identity": "applications/step_identity.html",
    "basics": "applications/step_basics.html",
    "materials": "applications/step_materials.html",
    "check": "applications/step_check.html",
    "sign": "applications/step_sign.html",
}
SAVE_LIMIT = 400_000  # bytes of one saving


@sensitive_post_parameters("number", "name", "birth_date", "signed_name", "signature", "pledge_name")
@sensitive_variables()
@signed_in
def step(request, code: str, draft: str, step: str):
    """Show or take in one step; a step opens only when those before it are done."""
    if step not in STEPS:
        raise Http404
    if step == "sign" and request.method == "POST" and (done := _submitted(request, draft)):
        return done
    case = own_draft(request, code, draft)
    if case.state != State.DRAFT:
        return redirect("me:case", case_no=case.case_no)
    wizard = Wizard(case, request.user, clock.now())
    if wizard.has_expired or wizard.is_outdated:
        return render(request, "applications/expired.html", {"case": case, "wizard": wizard})
    first = wizard.first_open(step)
    if first != step:
        for fault in wizard.faults(first):
            messages.error(request, fault)
        return _to(case, first)
    return _STEPS[step](request, wizard)


def _submitted(request, draft: str):
    """Submit without building the page; None when something is amiss, and the page then says what."""
    form = SignForm(request.POST, commits="signed_name" in request.POST, may_pledge="pledge_name" in request.POST)
    if not form.is_valid():
        return None
    try:
        case = services.submit(case=Case(public_id=draft), actor=request.user, now=clock.now(), **form.cleaned_data)
    except (Refused, Case.DoesNotExist):
        return None
    return HttpResponseRedirect(reverse("me:case", args=[case.case_no]) + "?submitted")


def _to(case, step: str):
    return redirect("apply:step", code=case.item.code, draft=case.public_id, step=step)


def _page(request, wizard: Wizard, step: str, **context):
    """Render a step with what every step shows."""
    case, place = wizard.case, STEPS.index(step)
    context |= {
        "case": case,
        "wizard": wizard,
        "step": step,
        "number": place + 1,
        "stepper": wizard.stepper(step),
        "back": STEPS[place - 1] if place else "",
        "save_url": reverse("apply:save", args=[case.item.code, case.public_id]),
        "current": wizard.stepper(step)[place],
        "upload_max": settings.UPLOAD_MAX_BYTES,
    }
    return render(request, TEMPLATES[step], context)


def _done(request, wizard: Wizard, step: str, answers: dict | None = None):
    """Keep the answers and go on to the next step, or away when only saving was asked for."""
    again.forget(request)
    following = STEPS[STEPS.index(step) + 1]
    services.save_answers(case=wizard.case, actor=request.user, answers=answers or {}, step=following, now=wizard.now)
    return _to(wizard.case, following)


def _identity(request, wizard: Wizard):
    if wizard.person:
        return _done(request, wizard, "identity") if request.method == "POST" else _page(request, wizard, "identity")
    if wizard.is_agent:
        raise Http404  # an agent begins only for whom the office knows
    form, faults = IdentityForm(again.typed(request)), again.told(request).get("faults", {})
    if request.method == "POST" and form.is_valid():
        try:
            register_person(user=request.user, now=wizard.now, **form.cleaned_data)
        except ValidationError as error:
            faults = getattr(error, "message_dict", None) or {"": error.messages}
        else:
            services.look_again(case=wizard.case, actor=request.user, now=wizard.now)
            return _done(request, wizard, "identity")
    if request.method == "POST":
        return again.give_back(request, faults=faults)
    for field, said in faults.items():
        form.add_error(field if field in form.fields else None, said)
    return _page(request, wizard, "identity", form=form)


def _basics(request, wizard: Wizard):
    data = again.typed(request)
    form = wizard.basics_form(data)
    if request.method != "POST":
        return _page(request, wizard, "basics", form=form)
    is_valid = form.is_valid()
    window = form.cleaned_data.get("window")
    answers = form.to_keep()
    if window and window.pk != wizard.case.window_id:
        services.choose_window(case=wizard.case, actor=request.user, window=window, now=wizard.now)
    if is_valid and "later" not in request.POST:
        return _done(request, wizard, "basics", answers)
    services.save_answers(case=wizard.case, actor=request.user, answers=answers, step="basics", now=wizard.now)
    if "later" in request.POST:
        return _saved_for_later(request)
    return again.give_back(request)


def _saved_for_later(request):
    messages.success(request, _("Saved. Go on whenever you like; the draft waits in your space."))
    return redirect("me:home")


def _materials(request, wizard: Wizard):
    if request.method != "POST":
        return _materials_given_back(request, wizard)
    if not wizard.may_commit:
        return again.give_back(request) if wizard.faults("materials") else _done(request, wizard, "materials")
    form = wizard.promise_form(request.POST)
    services.promise_material(case=wizard.case, actor=request.user, promises=form.promises(), now=wizard.now)
    if "later" in request.POST:
        return _saved_for_later(request)
    if form.is_valid():
        return _done(request, wizard, "materials")
    return again.give_back(request)


def _materials_given_back(request, wizard: Wizard):
    """Show the materials; after a try that failed with what was typed and what was wrong."""
    data, row_errors = again.typed(request), again.told(request).get("rows")
    if data is None or row_errors:
        return materials_page(request, wizard, row_errors={int(pk): said for pk, said in (row_errors or {}).items()})
    if wizard.may_commit:
        return materials_page(request, wizard, form=wizard.promise_form(data))
    return materials_page(request, wizard, reasons=wizard.faults("materials"))


def materials_page(request, wizard: Wizard, *, form=None, reasons=(), row_errors=None):
    """Render the materials; `row_errors` maps a material's id to what was wrong with its upload."""
    for row in wizard.rows:
        row.errors = (row_errors or {}).get(row.material.pk)
    if form is None and wizard.may_commit:
        form = wizard.promise_form()
    failed = [row for row in wizard.rows if row.errors]
    return _page(
        request, wizard, "materials", form=form, reasons=reasons, failed=failed, has_errors=bool(reasons or failed)
    )


def _check(request, wizard: Wizard):
    if request.method == "POST":
        return _done(request, wizard, "check")
    answers = questions.readable(wizard.guide, wizard.today, wizard.case.answers)
    return _page(request, wizard, "check", answers=answers, promised=wizard.promised())


def _behalf(case: Case) -> str:
    """Name for whom somebody signs, where it is not for themselves."""
    if case.unit:
        return case.unit.name
    return case.applicant.person.name if case.agent_id else ""


def _sign(request, wizard: Wizard):
    may_pledge = wizard.guide.notify_commit and not wizard.missing
    signer = request.user.person.name
    form = SignForm(
        again.typed(request),
        commits=bool(wizard.missing),
        may_pledge=may_pledge,
        signer=signer,
        behalf=_behalf(wizard.case),
    )
    reasons = again.told(request).get("reasons", [])
    if request.method == "POST" and form.is_valid():
        try:
            case = services.submit(case=wizard.case, actor=request.user, now=wizard.now, **form.cleaned_data)
            return redirect(reverse("me:case", args=[case.case_no]) + "?submitted")
        except Refused as refused:
            reasons = refused.reasons
            wizard.case.refresh_from_db(fields=["state", "case_no"])
    if wizard.case.state != State.DRAFT:  # the second of two clicks
        return redirect("me:case", case_no=wizard.case.case_no)
    if request.method == "POST":
        return again.give_back(request, reasons=reasons)
    return _page(
        request, wizard, "sign", form=form, reasons=reasons, promised=wizard.promised(), has_errors=bool(reasons)
    )


_STEPS = {"identity": _identity, "basics": _basics, "materials": _materials, "check": _check, "sign": _sign}


@require_POST
@signed_in
def save(request, code: str, draft: str):
    """Keep what a script sends while somebody types, valid or not; answers are merged by key."""
    case = own_draft(request, code, draft)
    sent = _json(request)
    if sent is None:
        return JsonResponse({"error": _("This could not be read.")}, status=400)
    wizard = Wizard(case, request.user, clock.now())
    if case.state == State.DRAFT and (wizard.has_expired or wizard.is_outdated):
        return JsonResponse({"error": _("This draft must be renewed first. Load the page again.")}, status=409)
    try:
        saved = _keep(request, wizard, sent)
    except Refused as refused:
        return JsonResponse({"error": str(refused)}, status=409)
    return JsonResponse({"saved": _("Saved at %(time)s") % {"time": clock_time(saved.saved_at)}})


def _json(request) -> dict | None:
    if len(request.body) > SAVE_LIMIT:
        return None
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return sent if isinstance(sent, dict) else None


def _keep(request, wizard: Wizard, sent: dict):
    """Keep answers, window and promises as far as the guide asks for them."""
    case, who = wizard.case, {"actor": request.user, "now": wizard.now}
    answers = {
        question["key"]: questions.answer_of(question, sent[name])
        for question in wizard.guide.questions
        if (name := f"{questions.PREFIX}-{question['key']}") in sent
    }
    saved = services.save_answers(case=case, answers=answers, step=case.step, **who)
    window = questions.plain(sent.get("window"))
    if window.isdecimal() and len(window) < 19 and (chosen := wizard.windows.filter(pk=window).first()):
        saved = services.choose_window(case=case, window=chosen, **who)
    ids = [material.pk for material in wizard.missing if f"day_{material.pk}" in sent]
    if ids:
        saved = services.promise_material(case=case, promises=promises_in(sent, ids), **who)
    return saved
