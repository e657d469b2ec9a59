"""A submitted case: its page, supplying and correcting, more time, collecting, withdrawing, objecting."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications import case_page, history, outcomes, queries, questions, rules, services, touchpoints
from applications.forms import MoreTimeForm, WithdrawForm
from applications.models import Case
from applications.states import ENDED_STATES, PaperKind, State
from applications.todo import Todo, more_time_of, todo_of
from applications.views.common import own_case, signed_in
from applications.views.files import take_in
from applications.wizard import row_of
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused


@require_safe
@signed_in
def case(request, case_no: str):
    """The case page: clocks, to-do, history with what comes next, papers, window."""
    found = own_case(request, case_no)
    today = clock.today()
    materials = queries.materials_of(found)
    events = list(found.events.select_related("actor"))
    papers = list(found.papers.all())
    clocks = case_page.clock_views(found, today)
    words, tone = case_page.status_words(found)
    context = {
        "case": found,
        "guide": found.guide,
        "status": words,
        "tone": tone,
        "clocks": clocks,
        "todo": todo_of(found, materials),
        "more_time": more_time_of(found) if found.is_deferred else None,
        "special": case_page.special_of(found),
        "other_case": case_page.other_case(found),
        "is_ended": found.state in ENDED_STATES,
        "may_rate": bool(touchpoints.reached(found)),
        "rated": {rating.touch_point for rating in found.ratings.all()},
        "history": history.history(found, events, papers, materials),
        "expected": history.expected(found, clocks),
        "papers": papers,
        "receipt": next((paper for paper in papers if paper.kind == PaperKind.RECEIPT), None),
        "rows": [row for row in map(row_of, materials) if row.files or rules.applies(row.material.spec, found.answers)],
        "verdict": case_page.verdict_of(found, events, today),
        "closed": case_page.closed_of(found, today),
        "certificate": case_page.certificate_of(found),
        "may_withdraw": case_page.may_withdraw(found),
        "more_page": outcomes.page_of(found, request.user),
        "just_submitted": "submitted" in request.GET and found.state in (State.RECEIVED, State.PRECHECK),
    }
    return render(request, "applications/case.html", context)


@signed_in
def supplement(request, case_no: str):
    """Supply promised materials or answer the points of a notice: only what is asked for is open. A POST sends it."""
    found = own_case(request, case_no)
    if request.method != "POST":
        said = again.told(request)
        return _supplement_page(request, found, reasons=said.get("reasons", []), row_errors=said.get("rows", {}))
    try:
        _send_answers(request, found)
    except Refused as refused:
        return again.give_back(request, reasons=[] if refused.rows else refused.reasons, rows=refused.rows)
    again.forget(request)
    messages.success(request, _("The corrections are sent. The window looks again."))
    return redirect("me:case", case_no=case_no)


def _send_answers(request, found: Case) -> None:
    """Hand in everything that a notice or a further request asked for, by the verb of the state."""
    who = {"case": found, "actor": request.user, "now": clock.now()}
    if found.state == State.EXAMINING:
        services.supply_more(**who)
        return
    points = list(found.correction.points.all()) if hasattr(found, "correction") else []
    answers = {
        question["key"]: questions.answer_of(question, _sent(request, question))
        for question in found.guide.questions
        if question["key"] in {point.question for point in points}
    }
    replies = {point.pk: questions.plain(request.POST.get(f"reply-{point.pk}", "")) for point in points}
    verb = services.resubmit_precheck if found.state == State.PRECHECK_RETURNED else services.supply_correction
    verb(**who, answers=answers, replies=replies)


def _sent(request, question: dict):
    name = f"{questions.PREFIX}-{question['key']}"
    return request.POST.getlist(name) if question["kind"] == "multi" else request.POST.get(name, "")


def _supplement_page(request, found: Case, *, reasons=(), row_errors=None):
    materials = queries.materials_of(found)
    todo = todo_of(found, materials)
    if todo is None or not todo.takes_files:
        messages.info(request, _("Nothing is asked of you at the moment."))
        return redirect("me:case", case_no=found.case_no)
    row_errors = dict(row_errors or {})
    for entry in todo.rows:
        entry.row.errors = row_errors.pop(str(entry.row.material.pk), None)
        entry.answer_errors = row_errors.pop(entry.question["key"], []) if entry.question else []
    reasons = [*reasons, *(error for errors in row_errors.values() for error in errors)]  # of what is not asked for
    today = clock.today()
    _open_answers(request, found, todo, today)
    context = {
        "case": found,
        "todo": todo,
        "clocks": case_page.clock_views(found, today),
        "reasons": reasons,
        "more_time": more_time_of(found) if todo.kind == "supply" else None,
        "has_errors": bool(reasons) or any(entry.row.errors or entry.answer_errors for entry in todo.rows),
    }
    return render(request, "applications/supplement.html", context)


def _open_answers(request, found: Case, todo: Todo, today) -> None:
    """Give each point its fields: the answer that may be changed with it, filled in, and words of reply."""
    typed = again.typed(request)
    form = None
    if any(entry.question for entry in todo.rows):
        data = {f"{questions.PREFIX}-{key}": value for key, value in found.answers.items()} if typed else None
        for name in typed or ():
            data[name] = typed.getlist(name) if isinstance(data.get(name), list) else typed[name]
        judge = outcomes.judge(found, now=clock.now())
        form = questions.question_form(found.guide, today, answers=found.answers, data=data, judge=judge)
    for entry in todo.rows:
        if form and entry.question:
            form.fields[entry.question["key"]].widget.attrs["form"] = "send"  # the rows hold forms of their own
            entry.field = form[entry.question["key"]]
        entry.reply = typed.get(f"reply-{entry.point.pk}", "") if typed and entry.point else ""


@require_POST
@signed_in
def supply(request, case_no: str, material: int):
    """Take in the file for one material that is asked for; a promised one counts as supplied with it."""
    found = own_case(request, case_no)
    wanted = get_object_or_404(found.materials.select_related("spec", "deferral", "case"), pk=material)
    now = clock.now()
    errors = _supply(request, found, wanted, now)
    if errors:
        page = reverse("me:supplement", args=[case_no])
        return again.give_back(request, page, rows={wanted.pk: errors})
    messages.success(request, _("Received. You can see it below."))
    page = _after_supply(found)
    if any(name.startswith(("reply-", f"{questions.PREFIX}-")) for name in request.POST):  # typed beside the file
        page = again.keep(request, page)
    return HttpResponseRedirect(page)


def _supply(request, found: Case, wanted, now) -> list:
    if not rules.may_change_material(found, wanted, request.user):
        return [_("This material cannot be changed now.")]
    if errors := take_in(request, wanted, now):
        return errors
    promise = getattr(wanted, "deferral", None)
    if promise is None or promise.accepted_at or found.state in (State.CORRECTION, State.PRECHECK_RETURNED):
        return []
    try:
        services.supply_deferred(material=wanted, actor=request.user, now=now)
    except Refused as refused:
        return refused.reasons
    return []


def _after_supply(found: Case) -> str:
    """Stay where something is still open, else go to the case."""
    found.refresh_from_db()
    todo = todo_of(found, queries.materials_of(found))
    if todo and (todo.is_sent_at_once or (todo.kind == "supply" and todo.is_open)):
        return reverse("me:supplement", args=[found.case_no])
    return reverse("me:case", args=[found.case_no])


@require_POST
@signed_in
def collect(request, case_no: str):
    """Serve the result online; the case is finished with it."""
    found = own_case(request, case_no)
    try:
        services.deliver(case=found, actor=request.user, now=clock.now(), method="online")
    except Refused as refused:
        found.refresh_from_db()
        if found.state not in ENDED_STATES:
            messages.error(request, str(refused))
    return redirect("me:case", case_no=case_no)


@signed_in
def withdraw(request, case_no: str):
    """Say what withdrawing means, then do it."""
    found = own_case(request, case_no)
    if not case_page.may_withdraw(found):
        messages.info(request, _("This case cannot be withdrawn any more."))
        return redirect("me:case", case_no=case_no)
    form, reasons = WithdrawForm(again.typed(request)), again.told(request).get("reasons", [])
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(case=found, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("The application is withdrawn."))
            return redirect("me:case", case_no=case_no)
    if request.method == "POST":
        return again.give_back(request, reasons=reasons)
    return render(request, "applications/withdraw.html", {"case": found, "form": form, "reasons": reasons})


@signed_in
def more_time(request, case_no: str):
    """Ask once for more time to supply promised materials; the head of the window answers."""
    found = own_case(request, case_no)
    todo = todo_of(found, queries.materials_of(found))
    if todo is None or todo.kind != "supply" or not todo.is_open:
        messages.info(request, _("Nothing is asked of you at the moment."))
        return redirect("me:case", case_no=case_no)
    asked = more_time_of(found)
    if asked and "take_back" in request.POST:
        return _take_back(request, asked)
    form = MoreTimeForm(again.typed(request), most=services.most_days_more(found))
    reasons = again.told(request).get("reasons", [])
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_approval(
                case=found, verb="extend_deferral", actor=request.user, now=clock.now(), **form.cleaned_data
            )
        except Refused as refused:
            reasons = refused.reasons
        else:
            again.forget(request)
            messages.success(request, _("Asked. The head of the window answers; you are told here."))
            return redirect("me:case", case_no=case_no)
    if request.method == "POST":
        return again.give_back(request, reasons=reasons)
    context = {"case": found, "form": form, "reasons": reasons, "todo": todo, "asked": asked}
    return render(request, "applications/more_time.html", context | {"has_errors": bool(reasons)})


def _take_back(request, asked):
    try:
        services.take_back_request(request=asked, actor=request.user, now=clock.now())
        messages.success(request, _("Your request is taken back. You may ask again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(request.path)


@require_safe
@signed_in
def remedies(request, case_no: str):
    """Say where to complain and how to object, with the last days (许可法 第7条, 行政复议法 第20条)."""
    found = own_case(request, case_no)
    today = clock.today()
    events = list(found.events.select_related("actor"))
    decided = found.close_type in (*case_page.BAD_ENDS, "GRANTED") or found.state == State.REVOKED
    context = {
        "case": found,
        "guide": found.guide,
        "verdict": case_page.verdict_of(found, events, today),
        "remedies": case_page.remedies_of(found, today) if decided else [],
        "may_rate": bool(touchpoints.reached(found)),
    }
    return render(request, "applications/remedies.html", context)
