"""The queue of the office and what is done from it: search, saved views, acts over many cases, who has what."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import roles_in
from applications import office, search, services, workload
from applications.models import BatchAct, Cover, SavedView
from applications.queue_forms import BatchForm, CoverForm, SearchForm, ViewForm
from applications.reach import windows_within
from applications.services.batch import BATCH_VERBS
from applications.states import TRANSITIONS
from jobs import clock
from talentportal.lib.refusals import Refused

# What can be done with many cases of a queue at once.
BATCH_OF = {
    "precheck": ("assign", "notify"),
    "accept": ("accept", "assign", "notify"),
    "deliver": ("issue", "deliver", "assign", "notify"),
    "closed": (),
}


class QueuePages:
    """The pages of the queue; mixed into the admin of cases."""

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("search/", view(self.search), name="applications_case_search"),
            path("views/", view(self.save_view), name="applications_case_save_view"),
            path("views/<int:pk>/forget/", view(self.forget_view), name="applications_case_forget_view"),
            path("batch/", view(self.begin_batch), name="applications_case_begin_batch"),
            path("batch/<str:public_id>/", view(self.batch), name="applications_case_batch"),
            path("workload/", view(self.workload), name="applications_case_workload"),
            path("cover/", view(self.arrange_cover), name="applications_case_cover"),
            path("cover/<int:pk>/end/", view(self.end_cover), name="applications_case_end_cover"),
        ]
        return own + super().get_urls()

    # --- the queue

    def changelist_view(self, request, extra_context=None):
        """One page of a queue; tab and filters live in the address."""
        return self._queue(request, wish_of(request.GET, request))

    def _queue(self, request, wish, batch=None, status=200):
        self._check(request)
        queue = office.Queue(request.user, clock.now())
        counts = queue.counts(wish)
        people = list(workload.colleagues(queue.reach, queue.today))
        context = {
            "title": gettext_lazy("Cases"),
            "wish": wish,
            "page": queue.page(wish),
            "covered": queue.covered,
            "tabs": [(key, label, counts.get(key)) for key, label in office.QUEUES.items()],
            "items": office.items_for_filter(),
            "windows": windows_within(queue.reach),
            "colleagues": people,
            "views": SavedView.objects.filter(owner=request.user),
            "query": office.address(wish),
            "trail": office.address(wish),
            "batch": batch or BatchForm(colleagues=people),
            "batch_verbs": _batch_verbs(wish.queue, roles_in(request)),
            "ticked": batch.data.getlist("case") if batch else [],
            "has_errors": bool(batch),
            "is_head": queue.reach.is_head,
        }
        return self._page(request, "applications/admin_queue.html", context, status)

    def _check(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    # --- search

    def search(self, request):
        """Find a case; sent by POST, so that neither names nor numbers stand in addresses and logs."""
        self._check(request)
        form, found = SearchForm(request.POST if request.method == "POST" else None), None
        if form.is_bound and form.is_valid():
            queue, data = office.Queue(request.user, clock.now()), form.cleaned_data
            found = search.find(queue.reach, data["q"], user=request.user, now=queue.now, reason=data["reason"])
            if len(found.rows) == 1 and found.by in (search.By.NUMBER, search.By.CODE):
                return redirect("admin:applications_case_change", found.rows[0].case.pk)
        asks = form.is_bound and not form.is_valid()
        context = {"title": gettext_lazy("Find a case"), "form": form, "found": found, "has_errors": asks}
        return self._page(request, "applications/admin_search.html", context, 422 if asks else 200)

    # --- saved views

    def save_view(self, request):
        """Keep the queue that is open under a name."""
        self._check(request)
        form = ViewForm(request.POST)
        if request.method == "POST" and form.is_valid():
            query = office.address(wish_of(QueryDict(form.cleaned_data["query"]), request))
            try:
                view, is_new = services.save_view(name=form.cleaned_data["name"], query=query, actor=request.user)
                said = (
                    _("“%(name)s” is saved.") if is_new else _("“%(name)s” was saved before and shows this queue now.")
                )
                messages.success(request, said % {"name": view.name})
            except Refused as refused:
                messages.error(request, str(refused))
            return redirect(f"{queue_url()}?{query}")
        for error in form.errors.get("name", []):
            messages.error(request, error)
        return redirect(queue_url())

    def forget_view(self, request, pk):
        self._check(request)
        if request.method == "POST":
            services.forget_view(view=SavedView(pk=pk), actor=request.user)
        return redirect(queue_url())

    # --- acts over many cases

    def begin_batch(self, request):
        """Begin an act over the ticked cases and show how it goes; what is amiss is said above the same queue."""
        self._check(request)
        if request.method != "POST":
            return redirect(queue_url())
        queue = office.Queue(request.user, clock.now())
        form = BatchForm(request.POST, colleagues=workload.colleagues(queue.reach, queue.today))
        wish = wish_of(QueryDict(request.POST.get("query", "")), request)
        if form.is_valid():
            chosen = form.chosen()
            cases = [(case, chosen[case.pk]) for case in queue.reach.cases().filter(pk__in=chosen)]
            verb, facts = form.cleaned_data["verb"], form.facts()
            try:
                batch = services.begin_batch(cases=cases, verb=verb, facts=facts, actor=request.user, now=queue.now)
                shown = reverse("admin:applications_case_batch", args=[batch.public_id])
                return redirect(f"{shown}?{office.address(wish)}")
            except Refused as refused:
                form.add_error(None, [str(reason) for reason in refused.reasons])
        return self._queue(request, wish, form, status=422)

    def batch(self, request, public_id):
        """Show how far an own act over many cases has come, with the result of each."""
        self._check(request)
        batch = get_object_or_404(BatchAct, public_id=public_id, begun_by=request.user)
        rows = list(batch.rows.select_related("case__item", "case__assigned_to"))
        done = [row for row in rows if row.done_at]
        context = {
            "title": BATCH_VERBS[batch.verb][0],
            "batch": batch,
            "rows": rows,
            "done": len(done),
            "refused": sum(bool(row.refused) for row in done),
            "is_done": len(done) == len(rows),
            "trail": office.address(wish_of(request.GET, request)),
        }
        return self._page(request, "applications/admin_batch.html", context)

    # --- who has what

    def workload(self, request, form=None, status=200):
        """Show the head of a window who has how much, and who stands in for whom; others see their own cover."""
        self._check(request)
        queue = office.Queue(request.user, clock.now())
        is_head = queue.reach.is_head
        people = list(workload.colleagues(queue.reach, queue.today))
        context = {
            "title": gettext_lazy("Who has what"),
            "is_head": is_head,
            "loads": workload.loads(queue.reach, queue.today) if is_head else [],
            "covers": workload.covers([user.pk for user in people] if is_head else [request.user.pk], queue.today),
            "form": form or CoverForm(colleagues=people, initial=_cover_initial(request, queue)),
            "has_errors": bool(form),
        }
        return self._page(request, "applications/admin_workload.html", context, status)

    def arrange_cover(self, request):
        """Let somebody stand in for a colleague."""
        self._check(request)
        if request.method != "POST":
            return redirect("admin:applications_case_workload")
        queue = office.Queue(request.user, clock.now())
        form = CoverForm(request.POST, colleagues=workload.colleagues(queue.reach, queue.today))
        if form.is_valid():
            facts = form.cleaned_data
            ends_on = facts.pop("last_on") + timedelta(days=1)
            try:
                cover = services.arrange_cover(**facts, ends_on=ends_on, actor=request.user, now=queue.now)
                words = {"name": cover.substitute.name, "other": cover.absent.name}
                messages.success(request, _("%(name)s stands in for %(other)s.") % words)
                return redirect("admin:applications_case_workload")
            except Refused as refused:
                form.add_error(None, [str(reason) for reason in refused.reasons])
        return self.workload(request, form, status=422)

    def end_cover(self, request, pk):
        self._check(request)
        if request.method == "POST":
            try:
                services.end_cover(cover=Cover(pk=pk), actor=request.user, now=clock.now())
            except Refused as refused:
                messages.error(request, str(refused))
        return redirect("admin:applications_case_workload")

    # --- small parts

    def _page(self, request, template, context, status=200):
        site = self.admin_site  # less than its each_context: nobody needs the list of all models here
        frame = {"site_title": site.site_title, "site_header": site.site_header, "has_permission": True}
        context |= frame | {"is_nav_sidebar_enabled": False, "opts": self.opts}
        return TemplateResponse(request, template, context, status=status, headers={"Cache-Control": "no-store"})


def queue_url() -> str:
    return reverse("admin:applications_case_changelist")


def wish_of(said, request) -> office.Wish:
    """Read tab, filters and mark; what is unreadable counts as not said."""
    queue, who = said.get("queue", ""), said.get("who", "")
    return office.Wish(
        queue=queue if queue in office.QUEUES else office.own_queue(roles_in(request)),
        who=who if who in ("own", "nobody") or _number(who) else "",
        item=_number(said.get("item")),
        window=_number(said.get("window")),
        after=said.get("after", "")[:40],
    )


def _number(text) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _batch_verbs(queue: str, roles) -> list[str]:
    """List what a user of these roles can do with many cases of a queue."""
    verbs = BATCH_OF.get(queue, ("assign", "notify"))
    return [verb for verb in verbs if verb not in TRANSITIONS or not roles.isdisjoint(TRANSITIONS[verb].who)]


def _cover_initial(request, queue) -> dict:
    return {"absent": request.user.pk, "starts_on": queue.today, "last_on": queue.today}
