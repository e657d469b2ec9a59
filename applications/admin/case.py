"""The case on the desk, each act a POST to its own address. Nothing is edited by hand."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.permissions import ReadOnlyAdminMixin
from applications import acts, comparison, office, outcomes, services
from applications.admin.conversation import TalkPages
from applications.admin.intake import IntakePages
from applications.admin.queue import QueuePages, queue_url, wish_of
from applications.desk import RELATED, Desk, View
from applications.models import STAFF_ROLES_ON_CASES, Case, MaterialFile, Paper
from applications.states import TRANSITIONS
from applications.views import files
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused

BESIDE = 25  # cases in the list at the left


@dataclass(frozen=True)
class Beside:
    """The list at the left: the queue from which the case was opened, with the neighbors of the case."""

    wish: office.Wish
    rows: list
    here: int  # place of the case in the list, -1 when it lies on another page of it

    @classmethod
    def of(cls, request, case: Case, state: str, now) -> "Beside":
        """Read the list from the address; without one it is the queue of the state."""
        said = {"queue": office.QUEUE_OF[state]} if request.GET.get("queue") not in office.QUEUES else request.GET
        wish = wish_of(said, request)
        rows = office.queue_page(request.user, wish, now, size=BESIDE).rows
        return cls(wish, rows, next((n for n, row in enumerate(rows) if row.case.pk == case.pk), -1))

    @property
    def queue(self) -> str:
        return self.wish.queue

    @property
    def trail(self) -> str:
        """The list as a query string, kept from case to case."""
        return office.address(self.wish)

    @property
    def name(self):
        return office.QUEUES[self.queue]

    @property
    def free(self) -> list[Case]:
        """The cases after this one that nobody else works on, then those before it."""
        return [row.case for row in self.rows[self.here + 1 :] + self.rows[: max(self.here, 0)] if not row.holder]

    @property
    def next(self) -> Case | None:
        return self.free[0] if self.free else None

    @property
    def previous(self) -> Case | None:
        return self.rows[self.here - 1].case if self.here > 0 else None

    @property
    def number(self) -> int:
        return self.here + 1


@admin.register(Case)
class CaseAdmin(TalkPages, IntakePages, QueuePages, ReadOnlyAdminMixin, admin.ModelAdmin):
    """The queue and the page of a case. Which cases somebody reaches follows from the posts held today."""

    view_roles = STAFF_ROLES_ON_CASES

    def get_queryset(self, request):
        cases = super().get_queryset(request)
        return cases.for_staff(request.user) if self.has_view_permission(request) else cases.none()

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("file/<str:public_id>/", view(self.file), name="applications_case_file"),
            path("file/<str:public_id>/<int:number>.png", view(self.page), name="applications_case_file_page"),
            path("paper/<str:public_id>/", view(self.paper), name="applications_case_paper"),
            path("<int:pk>/act/<slug:verb>/", view(self.act), name="applications_case_act"),
            path("<int:pk>/claim/", view(self.claim), name="applications_case_claim"),
            path("<int:pk>/release/", view(self.release), name="applications_case_release"),
        ]
        return own + super().get_urls()

    # --- the case on the desk

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Lay a case on the desk; whose turn it is holds it for 15 minutes. A look is noted once per visit.

        A script that asks for the part "sheet" gets the viewer alone.
        """
        case, now = self._case_or_404(request, object_id), clock.now()
        desk = Desk(case, request.user, now)
        services.note_look(case=case, actor=request.user, now=now)
        if request.headers.get("X-Part") == "sheet":
            return self._page(request, "applications/_desk_sheet.html", self._sheet(request, desk))
        if desk.may_move and not desk.held and not desk.is_kept:
            services.claim(case=case, actor=request.user, now=now)
        return self._desk(request, desk)

    def _desk(self, request, desk):
        offer, lost = self._given_back(request, desk)
        context = self._sheet(request, desk, offer)
        offers = acts.offers(desk, offer, request.GET.get("confirm", ""))
        rare = [one for one in offers if one.act.is_rare]
        for asked in desk.requests:
            asked.label = acts.ACTS[asked.verb].label if asked.verb in acts.ACTS else asked.label
        context |= {
            "title": desk.case.applicant_name,
            "offers": offers,
            "common": [one for one in offers if one not in rare],
            "rare": rare,
            "has_tick": any(one.has_tick for one in offers),
            "rare_is_open": any(one.is_open for one in rare),
            "answer": offer if offer and offer.act.place in ("request", "own request") else None,
            "lost": lost,
            "lines": comparison.lines(desk),
            "more_page": outcomes.page_of(desk.case, request.user),
            "has_errors": bool(offer or lost),
        }
        return self._page(request, "applications/admin_case.html", context)

    def _sheet(self, request, desk, offer=None) -> dict:
        """Return what the viewer shows: the chosen material with its file, and beside it an earlier one."""
        said = again.typed(request) if offer else None
        sheet = desk.sheet(said.get("sheet") if said else request.GET.get("m"))
        kept = sheet.file(request.GET.get("f")) if sheet else None
        other = sheet.version(request.GET.get("b")) if sheet else None
        beside = Beside.of(request, desk.case, desk.case.state, desk.now)
        return {
            "desk": desk,
            "case": desk.case,
            "sheet": sheet,
            "view": View(kept) if kept else None,
            "other": View(other) if other else None,
            "vouched": comparison.vouched(desk, sheet) if sheet and sheet.material.status == "HELD" else [],
            "earlier": sheet.before(kept) if kept else None,
            "at_material": acts.at_material(desk, sheet, offer),
            "beside": beside,
            "trail": beside.trail,
        }

    def act(self, request, pk, verb):
        """Do what a button says; when it cannot be done, lead back to the page with what was typed."""
        case = self._case_or_404(request, pk)
        if request.method != "POST" or verb not in acts.ACTS:
            return redirect(self._address(request, case))
        act, now = acts.ACTS[verb], clock.now()
        form = act.form(Desk(case, request.user, now), verb, request.POST, request.FILES)
        refused = []
        if form.is_valid():
            try:
                act.do(case=case, actor=request.user, now=now, **form.words())
                return self._done(request, case, act)
            except Refused as error:
                if self._was_done(case, request.user, act, form):
                    messages.info(request, _("This was done already; nothing was done twice."))
                    return redirect(self._address(request, case))
                refused = [str(reason) for reason in error.reasons]
        elif form.is_multipart():  # a file cannot be given back, what was wrong with it can
            refused = [error for errors in form.errors.values() for error in errors]
        address = reverse("admin:applications_case_change", args=[case.pk])
        kept, trail = again.keep(request, address, verb=verb, refused=refused), self._trail(request)
        return redirect(f"{kept}&{trail}" if trail else kept)

    def _done(self, request, case, act):
        """Say what happened; a case that has moved on gives its place to the next one."""
        before = case.state
        if not self.get_queryset(request).filter(pk=case.pk).exists():  # who stays away sees it no more
            messages.success(request, f"{TRANSITIONS[act.verb].label}: {case.case_no}")
            return redirect("admin:applications_case_changelist")
        case.refresh_from_db()
        verb = "request_approval" if act.asks_first else acts.VERBS.get(act.verb, act.verb)
        label = TRANSITIONS[verb].label if verb in TRANSITIONS else act.label
        link = reverse("admin:applications_case_change", args=[case.pk])
        given_away = act.verb == "assign" and case.assigned_to_id not in (None, request.user.pk)
        following = self._following(request, case, before) if case.state != before or given_away else None
        name = format_html("{} · {}", case.applicant_name, case.case_no)
        name = format_html('<a href="{}">{}</a>', link, name) if following or given_away else name
        messages.success(request, format_html("{}: {}", label, name))
        if following:
            return redirect(self._address(request, following, sheet=""))
        if given_away:  # its page would hold it for who gave it away
            return redirect(f"{queue_url()}?{self._trail(request)}")
        return redirect(self._address(request, case))

    def _following(self, request, case, before) -> Case | None:
        """Return the case that the page named as the next one while it still waits, else the first that does."""
        wanted = request.POST.get("next")
        if not wanted:
            return None
        waiting = Beside.of(request, case, before, clock.now()).free
        return next((other for other in waiting if str(other.pk) == wanted), waiting[0] if waiting else None)

    def _was_done(self, case, user, act, form) -> bool:
        """Tell whether a stale form is the second click on a button whose first one was heard."""
        verb = acts.VERBS.get(act.verb, act.verb)
        later = list(case.events.filter(seq__gt=form.cleaned_data["version"]).values_list("verb", "actor", "data"))
        typed = [(key, value.strip()) for key, value in form.cleaned_data.items() if isinstance(value, str)]
        heard = any(done == verb and all(data.get(k, v) == v for k, v in typed) for done, _by, data in later)
        return heard and all(by in (user.pk, None) for _done, by, _data in later)

    def _given_back(self, request, desk) -> tuple:
        """Return the act that could not be done, as it was posted; or as lost when it has no place here any more."""
        told, typed = again.told(request), again.typed(request)
        act = acts.ACTS.get(told.get("verb"))
        if act is None or typed is None:
            return None, None
        form = act.form(desk, act.verb, *([] if act.form(desk, act.verb).is_multipart() else [typed]))
        offer = acts.Offer(act, form, refused=told["refused"])
        form.is_valid()
        return (offer, None) if acts.may_act(desk, act) else (None, offer)

    def claim(self, request, pk):
        """Take a case over from a colleague, or go on holding it."""
        case = self._case_or_404(request, pk)
        if request.method == "POST":
            take_over = "take_over" in request.POST
            services.claim(case=case, actor=request.user, now=clock.now(), take_over=take_over)
            if not take_over:
                return HttpResponse(status=204)
            messages.success(request, _("The case is on your desk now."))
        return redirect(self._address(request, case))

    def release(self, request, pk):
        """Put a case back into the queue."""
        case = self._case_or_404(request, pk)
        if request.method == "POST":
            services.release(case=case, actor=request.user)
            if "leaving" in request.POST:  # the page's script, which reads no answer
                return HttpResponse(status=204)
        return redirect(f"{queue_url()}?queue={office.QUEUE_OF[case.state]}")

    # --- files

    def file(self, request, public_id):
        """Give out a file of a case within reach; infected and unscanned ones stay in."""
        self._file_or_404(request, public_id)
        return files.file(request, public_id)

    def page(self, request, public_id, number):
        """Give out the picture of a page of a PDF of a case within reach."""
        return files.page(request, self._file_or_404(request, public_id), number)

    def paper(self, request, public_id):
        """Give out an official document of a case within reach."""
        papers = Paper.objects.filter(case__in=self.get_queryset(request)).select_related("case")
        found = get_object_or_404(papers, public_id=public_id)
        services.note_look(case=found.case, actor=request.user, now=clock.now())
        return files.paper(request, public_id)

    # --- small parts

    def _file_or_404(self, request, public_id) -> MaterialFile:
        """Return a file of a case within reach; whoever opens it looks into the case."""
        files_of = MaterialFile.objects.filter(material__case__in=self.get_queryset(request))
        kept = get_object_or_404(files_of.select_related("material__case"), public_id=public_id)
        services.note_look(case=kept.material.case, actor=request.user, now=clock.now())
        return kept

    def _case_or_404(self, request, pk) -> Case:
        if not str(pk).isdecimal():
            raise Http404
        cases = self.get_queryset(request).select_related(*RELATED, "claimed_by", "decision__examined_by", "commitment")
        return get_object_or_404(cases.prefetch_related("clocks"), pk=pk)

    def _trail(self, request) -> str:
        """Return the part of the address that names the list at the left; nothing when none was named."""
        return office.address(wish_of(request.GET, request)) if request.GET.get("queue") in office.QUEUES else ""

    def _address(self, request, case, sheet: str | None = None) -> str:
        """Return the page of a case; after an act on a material, with the same sheet on top."""
        sheet = request.POST.get("sheet", "") if sheet is None else sheet
        said = [self._trail(request), f"m={sheet}" if sheet.isdecimal() and len(sheet) < 4 else ""]
        query = "&".join(part for part in said if part)
        address = reverse("admin:applications_case_change", args=[case.pk])
        return f"{address}?{query}" if query else address
