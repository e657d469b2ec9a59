"""The case on the desk, each act a POST to its own address. Nothing is edited by hand."""

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.permissions import ReadOnlyAdminMixin
from applications import acts, office, services
from applications.admin.queue import QueuePages
from applications.desk import RELATED, Desk, View
from applications.models import STAFF_ROLES_ON_CASES, Case, MaterialFile, Paper
from applications.states import TRANSITIONS
from applications.views import files
from jobs import clock
from talentportal.lib.refusals import Refused


@admin.register(Case)
class CaseAdmin(QueuePages, ReadOnlyAdminMixin, admin.ModelAdmin):
    """The queue and the page of a case. Which cases somebody reaches follows from the posts held today."""

    view_roles = STAFF_ROLES_ON_CASES

    def get_queryset(self, request):
        cases = super().get_queryset(request)
        return cases.for_staff(request.user) if self.has_view_permission(request) else cases.none()

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("file/<str:public_id>/", view(self.file), name="applications_case_file"),
            path("paper/<str:public_id>/", view(self.paper), name="applications_case_paper"),
            path("<int:pk>/act/<slug:verb>/", view(self.act), name="applications_case_act"),
            path("<int:pk>/claim/", view(self.claim), name="applications_case_claim"),
            path("<int:pk>/release/", view(self.release), name="applications_case_release"),
        ]
        return own + super().get_urls()

    # --- the case on the desk

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Lay a case on the desk; whose turn it is holds it for 15 minutes."""
        case, now = self._case_or_404(request, object_id), clock.now()
        desk = Desk(case, request.user, now)
        if desk.may_move and not desk.held:
            services.claim(case=case, actor=request.user, now=now)
        return self._desk(request, desk)

    def _desk(self, request, desk, posted=None, lost=None, status=200):
        sheet = desk.sheet(request.POST.get("sheet") or request.GET.get("m"))
        kept = sheet.file(request.GET.get("f")) if sheet else None
        queue = office.QUEUE_OF[desk.case.state]
        beside = office.queue_page(request.user, office.Wish(queue), desk.now, size=12)
        context = {
            "title": desk.case.applicant_name,
            "desk": desk,
            "case": desk.case,
            "sheet": sheet,
            "view": View(kept) if kept else None,
            "at_material": _at_material(desk, sheet, posted),
            "offers": acts.offers(desk, posted, request.GET.get("confirm", "")),
            "posted": posted,
            "lost": lost,
            "queue": queue,
            "queue_name": office.QUEUES[queue],
            "beside": beside.rows,
            "next_case": _after(desk.case, beside.rows),
            "has_errors": bool(posted or lost),
        }
        return self._page(request, "applications/admin_case.html", context, status)

    def act(self, request, pk, verb):
        """Do what a button says; when it cannot be done, show the page as it is now with what was typed."""
        case = self._case_or_404(request, pk)
        if request.method != "POST" or verb not in acts.ACTS:
            return redirect(self._address(case))
        act, now = acts.ACTS[verb], clock.now()
        desk = Desk(case, request.user, now)
        offer = acts.Offer(act, act.form(desk, verb, request.POST, request.FILES))
        if offer.form.is_valid():
            try:
                act.service(case=case, actor=request.user, now=now, **offer.form.words())
                return self._done(request, case, act)
            except Refused as refused:
                if self._was_done(case, request.user, act, offer.form):
                    messages.info(request, _("This was done already; nothing was done twice."))
                    return redirect(self._address(case, request))
                offer.refused = refused.reasons
        return self._give_back(request, pk, offer, now)

    def _done(self, request, case, act):
        """Say what happened and offer the next case."""
        before = case.state
        case.refresh_from_db()
        label = TRANSITIONS[acts.VERBS.get(act.verb, act.verb)].label
        words = format_html("{}: {} · {}", label, case.applicant_name, case.case_no)
        if case.state != before:
            page = office.queue_page(request.user, office.Wish(office.QUEUE_OF[before]), clock.now(), size=2)
            if page.rows:
                link = self._address(page.rows[0].case)
                words = format_html('{} <a href="{}">{}</a>', words, link, _("Open the next case"))
        messages.success(request, words)
        return redirect(self._address(case, request))

    def _was_done(self, case, user, act, form) -> bool:
        """Tell whether a stale form is the second click on a button whose first one was heard."""
        last = case.events.filter(actor=user).last()
        verb = acts.VERBS.get(act.verb, act.verb)
        return bool(
            last
            and last.verb == verb
            and last.seq > form.cleaned_data["version"]
            and case.events.filter(seq=form.cleaned_data["version"] + 1, verb=verb, actor=user).exists()
        )

    def _give_back(self, request, pk, offer, now):
        """Show the case as it is now; a form that has no place there any more is given back as text."""
        desk = Desk(self._case_or_404(request, pk), request.user, now)
        offer.form.desk = desk
        lost = None if acts.may_act(desk, offer.act) else offer
        return self._desk(request, desk, None if lost else offer, lost, status=422)

    def claim(self, request, pk):
        """Take a case over from a colleague, or go on holding it."""
        case = self._case_or_404(request, pk)
        if request.method == "POST":
            take_over = "take_over" in request.POST
            services.claim(case=case, actor=request.user, now=clock.now(), take_over=take_over)
            if not take_over:
                return HttpResponse(status=204)
            messages.success(request, _("The case is on your desk now."))
        return redirect(self._address(case))

    def release(self, request, pk):
        """Put a case back into the queue."""
        case = self._case_or_404(request, pk)
        if request.method == "POST":
            services.release(case=case, actor=request.user)
            if "leaving" in request.POST:  # the page's script, which reads no answer
                return HttpResponse(status=204)
        queue = reverse("admin:applications_case_changelist")
        return redirect(f"{queue}?queue={office.QUEUE_OF[case.state]}")

    # --- files

    def file(self, request, public_id):
        """Give out a file of a case within reach; infected and unscanned ones stay in."""
        cases = self.get_queryset(request)
        get_object_or_404(MaterialFile, public_id=public_id, material__case__in=cases)
        return files.file(request, public_id)

    def paper(self, request, public_id):
        """Give out an official document of a case within reach."""
        get_object_or_404(Paper, public_id=public_id, case__in=self.get_queryset(request))
        return files.paper(request, public_id)

    # --- small parts

    def _case_or_404(self, request, pk) -> Case:
        if not str(pk).isdecimal():
            raise Http404
        cases = self.get_queryset(request).select_related(*RELATED, "claimed_by", "decision__examined_by", "commitment")
        return get_object_or_404(cases.prefetch_related("clocks"), pk=pk)

    def _address(self, case, request=None) -> str:
        """Return the page of a case; after an act on a material, with the same sheet on top."""
        sheet = request.POST.get("sheet", "") if request else ""
        address = reverse("admin:applications_case_change", args=[case.pk])
        return f"{address}?m={sheet}" if sheet.isdecimal() else address


def _after(case: Case, rows: list) -> Case | None:
    """Return the case after this one in the list beside it, else the first other one."""
    cases = [row.case for row in rows]
    here = cases.index(case) if case in cases else -1
    return next((other for other in cases[here + 1 :] + cases if other != case), None)


def _at_material(desk: Desk, sheet, posted) -> dict:
    """Return the acts on the chosen material that roles and state allow, by verb."""
    found = {}
    for act in acts.ACTS.values():
        if sheet is None or not act.at_material or not acts.may_act(desk, act) or not _fits(act.verb, desk, sheet):
            continue
        if posted and posted.act is act:
            found[act.verb] = posted
        else:
            options = {"sheet": sheet} if act.form is acts.CheckForm else {}
            found[act.verb] = acts.Offer(act, act.form(desk, act.verb, **options))
        found[act.verb].reasons = desk.held
    return found


def _fits(verb: str, desk: Desk, sheet) -> bool:
    match verb:
        case "check_material":
            return sheet.is_in_hand
        case "check_all":
            return desk.unchecked > 0
        case _:
            return bool(sheet.promise and not sheet.promise.accepted_at)
