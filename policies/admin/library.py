"""The library at the editor's desk: lists, one version with what is missing, its text, its benefits beside the text.

Editors change what their posts cover; administrators read. Whatever is written goes through one service.
"""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from accounts.permissions import RoleAdminMixin, roles_in
from jobs import clock
from policies import desk
from policies.admin import acts
from policies.admin.forms import BenefitForm, ClauseForm, FactsForm, NewPolicyForm, TextForm
from policies.models import Benefit, PolicyVersion, VersionState
from policies.pages.differences import pieces
from policies.services import editing, library
from talentportal.lib.refusals import Refused

EVENTS = {
    "draft": _("Draft of the version begun"),
    "edit": _("Changed"),
    "submit_for_review": _("Sent for review"),
    "return_to_editor": _("Given back"),
    "schedule": _("Scheduled"),
    "publish": _("Published"),
    "supersede": _("Superseded"),
    "repeal": _("Repealed"),
    "repeal_planned": _("Repeal planned"),
    "set_end": _("End of validity changed"),
    "import": _("Imported"),
    "confirm_benefit": _("Benefit confirmed"),
    "withdraw_benefit": _("Benefit withdrawn"),
    "import_benefits": _("Benefits imported"),
    "leave_hidden": _("Published with benefits that stay hidden until confirmed"),
}
OF_A_BENEFIT = {
    "confirm": (library.confirm_benefit, _("Confirmed: %(name)s.")),
    "withdraw": (library.withdraw_benefit, _("Withdrawn: %(name)s.")),
    "discard": (editing.discard_benefit, _("Deleted: %(name)s.")),
}


class Reach(RoleAdminMixin):
    """Editors see what their posts cover; administrators see everything."""

    view_roles = (Role.ADMINISTRATOR,)
    edit_roles = (Role.EDITOR,)

    def versions(self, request, to_edit: bool = False):
        """Return the versions that this person sees, or may edit."""
        versions, roles = PolicyVersion.objects.all(), roles_in(request)
        if not to_edit and Role.ADMINISTRATOR in roles:
            return versions
        if Role.EDITOR not in roles:
            return versions.none()
        return desk.reached(request.user, clock.today())


@admin.register(PolicyVersion)
class PolicyVersionAdmin(Reach, admin.ModelAdmin):
    def get_queryset(self, request):
        return self.versions(request).select_related("policy", "author", "reviewer")

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request) and (
            obj is None or self.versions(request, to_edit=True).filter(pk=obj.pk).exists()
        )

    def get_urls(self):
        view, name = self.admin_site.admin_view, "policies_policyversion_{}".format
        own = [
            path("<int:pk>/facts/", view(self.facts), name=name("facts")),
            path("<int:pk>/text/", view(self.text), name=name("text")),
            path("<int:pk>/clause/<slug:anchor>/", view(self.clause), name=name("clause")),
            path("<int:pk>/benefits/", view(self.benefits), name=name("benefits")),
            path("<int:pk>/benefits/<int:benefit_pk>/<slug:verb>/", view(self.of_benefit), name=name("of_benefit")),
            path("<int:pk>/act/<slug:verb>/", view(self.act), name=name("act")),
        ]
        return own + super().get_urls()

    # --- lists

    def changelist_view(self, request, extra_context=None):
        """One page of a list; list, words and page live in the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        said, today = request.GET, clock.today()
        versions, words = self.get_queryset(request), said.get("q", "").strip()[:80]
        edits = self.has_change_permission(request)
        key = said.get("list") if said.get("list") in desk.LISTS else ("mine" if edits else "published")
        rows = desk.found(versions, words) if words else desk.listed(versions, key, request.user, today)
        page = Paginator(rows, desk.PAGE).get_page(said.get("page"))
        context = {
            "title": _("Policy library"),
            "lists": [(name, label, desk.counts(versions, request.user, today).get(name)) for name, label in LISTS],
            "chosen": key,
            "words": words,
            "page": page,
            "rows": desk.with_counts(page.object_list),
            "may_add": edits,
            "today": today,
        }
        return self._page(request, "policies/admin_library.html", context)

    # --- one version

    def add_view(self, request, form_url="", extra_context=None):
        """A policy that the library does not have yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewPolicyForm(
            request.POST or None, keeps=self._keeps(request), initial={"label": "1.0", "level": "province"}
        )
        refused = []
        if request.method == "POST" and form.is_valid():
            try:
                said = form.cleaned_data
                version = editing.begin(
                    slug=said["slug"], fields=form.values(), text=said["text"], actor=request.user, now=clock.now()
                )
                return redirect(self._address(version))
            except Refused as reasons:
                refused = reasons.reasons
        context = {"title": _("New policy"), "form": form, "refused": refused, "groups": _groups(form)}
        return self._page(request, "policies/admin_facts.html", context, 422 if form.errors or refused else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """What a version is, what is missing, what can be done, what differs from the one before, what happened."""
        return self._overview(request, self._version(request, object_id))

    def history_view(self, request, object_id, extra_context=None):
        """The events of a version stand on its own page."""
        return self._overview(request, self._version(request, object_id))

    def _overview(self, request, version, posted=None, status=200):
        sheet = desk.Sheet(version)
        may_edit = self.has_change_permission(request, version)
        events = version.events.select_related("actor").order_by("-pk")[:60]
        context = {
            "offers": acts.offers(sheet, request.user, clock.now(), posted) if may_edit else [],
            "events": [(event, EVENTS.get(event.verb, "")) for event in events],
            "has_errors": bool(posted),
        }
        return self._sheet(request, "policies/admin_version.html", "overview", sheet, context, status)

    def act(self, request, pk, verb):
        """Do what a button says; what cannot be done is shown with every reason and what was typed."""
        version, act = self._version_to_edit(request, pk), acts.ACTS.get(verb)
        if act is None:
            raise Http404
        if request.method != "POST":
            return redirect(self._address(version))
        now = clock.now()
        chosen = acts.offer(act, desk.Sheet(version), request.user, now, request.POST)
        if chosen.form.is_valid():
            try:
                shown = acts.perform(chosen, version, request.user, now)
                messages.success(request, act.done)
                return redirect(self._address(shown) if shown else reverse("admin:policies_policyversion_changelist"))
            except Refused as refused:
                chosen.refused = refused.reasons
        return self._overview(request, self._version(request, pk), chosen, status=422)

    def facts(self, request, pk):
        """Title, number, dates, topics: everything but the text."""
        version = self._draft(request, pk)
        form = FactsForm(
            request.POST or None,
            instance=version,
            keeps=self._keeps(request),
            initial={"seen": editing.mark(version)},
        )
        refused = []
        if request.method == "POST" and form.is_valid():
            refused = self._save(
                request, editing.revise_facts, form, version=version, fields=form.values(), mark_of=version
            )
            if not refused:
                return redirect(self._address(version))
        context = {"form": form, "refused": refused, "groups": _groups(form)}
        return self._sheet(
            request, "policies/admin_facts.html", "facts", desk.Sheet(version), context, _status(form, refused)
        )

    def text(self, request, pk):
        """The whole text as one piece; who was overtaken sees what both wrote."""
        version = self._draft(request, pk)
        sheet = desk.Sheet(version)
        form = TextForm(request.POST or None, initial={"text": sheet.markdown, "seen": editing.mark(version)})
        refused = []
        if request.method == "POST" and form.is_valid():
            text = form.cleaned_data["text"].replace("\r\n", "\n")
            refused = self._save(request, editing.revise_text, form, version=version, text=text, mark_of=version)
            if not refused:
                return redirect(self._address(version, "benefits"))
            sheet = desk.Sheet(version)
        context = {"form": form, "refused": refused}
        if refused:
            context["pieces"] = pieces(sheet.markdown, form.cleaned_data["text"].replace("\r\n", "\n"))
        return self._sheet(request, "policies/admin_text.html", "text", sheet, context, _status(form, refused))

    def clause(self, request, pk, anchor):
        """One clause in detail."""
        version = self._draft(request, pk)
        clause = get_object_or_404(version.clauses, anchor=anchor)
        form = ClauseForm(request.POST or None, instance=clause, initial={"seen": editing.mark(version)})
        refused = []
        if request.method == "POST" and form.is_valid():
            refused = self._save(
                request, editing.revise_clause, form, clause=clause, fields=form.values(), mark_of=version
            )
            if not refused:
                return redirect(f"{self._address(version, 'benefits')}#c-{anchor}")
        context = {"form": form, "refused": refused, "clause": clause}
        return self._sheet(
            request, "policies/admin_clause.html", "text", desk.Sheet(version), context, _status(form, refused)
        )

    def _save(self, request, service, form, mark_of, **words) -> list:
        """Call a service that minds who was faster; return why not. The form can then be sent again on purpose."""
        try:
            service(**words, seen=form.cleaned_data["seen"], actor=request.user, now=clock.now())
        except editing.Overtaken as overtaken:
            form.data = form.data.copy()
            form.data["seen"] = editing.mark(mark_of)
            return [*overtaken.reasons, _("Save again to put yours in its place.")]
        except Refused as refused:
            return refused.reasons
        messages.success(request, _("Saved."))
        return []

    # --- benefits beside the text

    def benefits(self, request, pk):
        """Text at the left, what it grants at the right; a form opens where a suggestion or benefit is taken up."""
        version = self._version(request, pk)
        may_edit = self.has_change_permission(request, version)
        sheet = desk.Sheet(version)
        if request.method == "POST" and not may_edit:
            raise PermissionDenied
        opened = _opened(request, sheet) if may_edit else None
        if request.method == "POST" and opened and opened.form.is_valid():
            opened.refused = self._save_benefit(request, version, opened)
            if not opened.refused:
                anchor = opened.form.cleaned_data["clause"]
                return redirect(f"{self._address(version, 'benefits')}{f'#c-{anchor.anchor}' if anchor else ''}")
        only_open = request.GET.get("show") == "open"
        context = {
            "passages": [
                p for p in sheet.passages if p.waits or not only_open or (opened and opened.at == p.clause.pk)
            ],
            "only_open": only_open,
            "opened": opened,
            "has_errors": bool(opened and (opened.form.errors or opened.refused)),
        }
        status = 422 if context["has_errors"] else 200
        return self._sheet(request, "policies/admin_benefits.html", "benefits", sheet, context, status)

    def _save_benefit(self, request, version, opened) -> list:
        """Write a new or changed benefit, and confirm it when the editor says so; return why not."""
        who = {"actor": request.user, "now": clock.now()}
        try:
            if opened.benefit:
                fields, seen = opened.form.values(), opened.form.cleaned_data["seen"]
                benefit = editing.revise_benefit(benefit=opened.benefit, fields=fields, seen=seen, **who)
            else:
                benefit = library.add_benefit(version=version, **opened.form.values(), **who)
            if "confirm" in request.POST:
                library.confirm_benefit(benefit=benefit, **who)
        except Refused as refused:
            return refused.reasons
        messages.success(request, _("Saved: %(name)s.") % {"name": benefit.name_zh})
        return []

    def of_benefit(self, request, pk, benefit_pk, verb):
        """Confirm, withdraw or delete one benefit."""
        version = self._version_to_edit(request, pk)
        benefit = get_object_or_404(version.benefits.select_related("clause"), pk=benefit_pk)
        if verb not in OF_A_BENEFIT:
            raise Http404
        if request.method == "POST":
            service, words = OF_A_BENEFIT[verb]
            try:
                service(benefit=benefit, actor=request.user, now=clock.now())
                messages.success(request, words % {"name": benefit.name_zh})
            except Refused as refused:
                for reason in refused.reasons:
                    messages.error(request, str(reason))
        anchor = f"#c-{benefit.clause.anchor}" if benefit.clause else ""
        return redirect(f"{self._address(version, 'benefits')}{anchor}")

    # --- small parts

    def _version(self, request, pk) -> PolicyVersion:
        if not str(pk).isdecimal() or len(str(pk)) > 18:
            raise Http404
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _version_to_edit(self, request, pk) -> PolicyVersion:
        version = self._version(request, pk)
        if not self.has_change_permission(request, version):
            raise PermissionDenied
        return version

    def _draft(self, request, pk) -> PolicyVersion:
        version = self._version_to_edit(request, pk)
        if version.state != VersionState.DRAFT:
            raise PermissionDenied(_("Only a draft can be changed."))
        return version

    def _keeps(self, request):
        today = clock.today()
        return lambda code: desk.keeps(request.user, today, code)

    def _address(self, version, page: str = "change") -> str:
        return reverse(f"admin:policies_policyversion_{page}", args=[version.pk])

    def _sheet(self, request, template, page, sheet, context, status=200):
        context |= {
            "title": sheet.version.title_zh,
            "sheet": sheet,
            "version": sheet.version,
            "place": page,
            "may_edit": self.has_change_permission(request, sheet.version),
        }
        return self._page(request, template, context, status)

    def _page(self, request, template, context, status=200):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, template, context, status=status, headers={"Cache-Control": "no-store"})


LISTS = tuple(desk.LISTS.items())
GROUPS = (
    (_("Title"), ("slug", "title_zh", "title_en", "label")),
    (_("The document"), ("document_no", "index_no", "issuer_zh", "issuer_en", "category", "source_url", "source_name")),
    (_("Where it holds"), ("level", "region_code")),
    (_("Dates"), ("adopted_on", "published_on", "effective_on", "expires_on")),
    (_("How readers find it"), ("topics", "audiences", "summary_zh", "summary_en")),
    (pgettext_lazy("policy", "Text"), ("text",)),
)


def _groups(form) -> list:
    """Return the fields of a form under headings."""
    return [
        (label, [form[name] for name in names if name in form.fields])
        for label, names in GROUPS
        if set(names) & set(form.fields)
    ]


def _status(form, refused) -> int:
    return 422 if form.errors or refused else 200


class Opened:
    """The form of a benefit, and where on the page it is open."""

    def __init__(self, form: BenefitForm, at: int | None, benefit: Benefit | None = None, quote: str = "", place=None):
        self.form, self.at, self.benefit, self.quote, self.place = form, at, benefit, quote, place
        self.refused: list = []


def _opened(request, sheet: desk.Sheet) -> Opened | None:
    """Return the form that the address asks for: ?edit=benefit, ?take=clause.suggestion, ?add=clause."""
    said, posted = request.GET, request.POST or None
    if said.get("edit"):
        benefit = next((one for one in sheet.open_benefits if str(one.pk) == said["edit"]), None)
        if benefit is None:
            return None
        seen = editing.mark_of_benefit(Benefit.objects.get(pk=benefit.pk))
        form = BenefitForm(posted, instance=benefit, version=sheet.version, initial={"seen": seen})
        return Opened(form, benefit.clause_id, benefit, benefit.text_zh)
    anchor, _dot, place = said.get("take", "").partition(".")
    if place.isdecimal() and len(place) < 5 and (taken := sheet.suggestion(anchor, int(place))):
        clause, suggestion = taken
        form = BenefitForm(
            posted,
            version=sheet.version,
            tree=suggestion.conditions,
            initial=_initial_of(suggestion) | {"clause": clause, "key": sheet.free_key(suggestion.key)},
        )
        return Opened(form, clause.pk, quote=suggestion.text_zh, place=int(place))
    if "add" in said:
        clause = next((one for one in sheet.clauses if one.anchor == said["add"]), None)
        return Opened(BenefitForm(posted, version=sheet.version, initial={"clause": clause}), clause and clause.pk)
    return None


def _initial_of(suggestion) -> dict:
    names = ("kind", "name_zh", "text_zh", "amount_yuan", "pay_rule", "pay_months", "pay_note_zh", "ends_on")
    return {name: getattr(suggestion, name) for name in names}
