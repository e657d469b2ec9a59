"""Pages of the admin whose rows change by buttons alone: each button is a form and one call of a service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import ReadOnlyAdminMixin, roles_in
from jobs import clock
from talentportal.lib import again, spoken
from talentportal.lib.field_errors import NamedErrors
from talentportal.lib.refusals import Refused


class PlainForm(NamedErrors, forms.Form):
    """The form of a button; by itself it asks nothing. `row` is what the button is about, None for a new one."""

    use_required_attribute = False

    def __init__(self, *args, row=None, user=None, **options):
        super().__init__(*args, **options)
        self.row, self.user = row, user


def words_field(label, help_text="", limit=2000, **options):
    """Return a field for a longer text."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=limit, widget=forms.Textarea(attrs={"rows": 5}), **options
    )


def day_field(label, help_text="", **options):
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, **options)


@dataclass(frozen=True)
class Act:
    """A button: what it says, the service (called with the row under the page's keyword), what is said afterwards."""

    verb: str
    label: Promise
    service: Callable
    said: Promise
    form: type[PlainForm] = PlainForm
    tone: str = "second"
    roles: tuple[str, ...] = ()  # whose button it is among those who act on the page; empty: everybody's


class DueFilter(admin.SimpleListFilter):
    """Rows on which it is the office's turn, by the `due(day)` of their queryset."""

    title = gettext_lazy("what is due")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("yes", _("the office’s turn"))]

    def queryset(self, request, rows):
        return rows.due(clock.today()) if self.value() else rows


def _labelled(table: dict) -> dict:
    """Put its head beside each cell, for narrow windows, and say days as people do."""
    rows = [
        [
            (head, spoken.day(cell) if type(cell) is date else cell)
            for head, cell in zip(table["heads"], row, strict=True)
        ]
        for row in table["rows"]
    ]
    return table | {"rows": rows}


class ActPages(ReadOnlyAdminMixin):
    """A model admin whose page of a row shows facts and the buttons of its state; put it before ModelAdmin.

    `keyword` names the row in services. `facts_of`, `tables_of` and `acts_of` say what the page shows; `new` is the act
    that makes a row, if any.
    """

    keyword: str
    new: Act | None = None
    acting_roles: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user).select_related(*self.related)

    def has_add_permission(self, request) -> bool:
        return self.new is not None and self._acts(request)

    def due_count(self, request) -> int:
        """Count what waits for this person: the rows that `DueFilter` leaves, none for who only watches."""
        if DueFilter not in self.list_filter or not self._acts(request):
            return 0
        return self.get_queryset(request).due(clock.today()).count()

    def _acts(self, request) -> bool:
        return not roles_in(request).isdisjoint(self.acting_roles)

    def _acts_of(self, request, row) -> list[Act]:
        """Return the buttons of a row's state that are this person's."""
        roles = roles_in(request)
        offers = self.acts_of(row) if self._acts(request) else []
        return [act for act in offers if not act.roles or not roles.isdisjoint(act.roles)]

    def facts_of(self, row) -> list[tuple]:
        """Return (label, text) of a row."""
        return []

    def links_of(self, row) -> list[tuple]:
        """Return (label, address) of what belongs to a row."""
        return []

    def tables_of(self, row) -> list[dict]:
        """Return tables about a row: title, heads, rows of cells."""
        return []

    def tables_for(self, request, row) -> list[dict]:
        """Return the tables that this person may read."""
        return self.tables_of(row)

    def acts_of(self, row) -> list[Act]:
        """Return the buttons of a row's state."""
        return []

    def get_urls(self):
        info = self.opts.app_label, self.opts.model_name
        view, name = self.admin_site.admin_view(self.act_view), "{}_{}_act".format(*info)
        return [path("<int:pk>/act/<slug:verb>/", view, name=name), *super().get_urls()]

    def _row_or_404(self, request, object_id):
        if not self.has_view_permission(request):
            raise Http404
        pk = int(object_id) if str(object_id).isdecimal() and len(str(object_id)) < 19 else 0
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show a row with what can be done about it; a form that was given back stands open."""
        row, told = self._row_or_404(request, object_id), again.told(request)
        offers, given_back = [], None
        for act in self._acts_of(request, row):
            typed = again.typed(request) if told.get("act") == act.verb else None
            form = act.form(typed, row=row, user=request.user, auto_id=f"{act.verb}_%s")
            offers.append((act, form))
            given_back = form if typed is not None else given_back
        context = {
            "title": str(row),
            "row": row,
            "facts": [(label, text) for label, text in self.facts_of(row) if text not in ("", None)],
            "links": self.links_of(row),
            "tables": [_labelled(table) for table in self.tables_for(request, row)],
            "offers": offers,
            "given_back": given_back,
            "reasons": told.get("reasons", []),
            "has_errors": bool(told),
        }
        return self.page(request, "admin/act_row.html", context)

    def page(self, request, template: str, context: dict):
        """Draw a page of the office."""
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return render(
            request, template, {**self.admin_site.each_context(request), "opts": self.opts, "back": back, **context}
        )

    def act_view(self, request, pk, verb):
        """Press a button: a POST; everything else leads back to the page."""
        row = self._row_or_404(request, pk)
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        if request.method != "POST":
            return redirect(page)
        if not self._acts(request):
            raise Http404
        act = next((act for act in self._acts_of(request, row) if act.verb == verb), None)
        if act is None:
            return again.give_back(
                request, page, reasons=[_("This is not possible any more. The page shows how it is.")]
            )
        form = act.form(request.POST, request.FILES, row=row, user=request.user)
        if not form.is_valid():
            return again.give_back(request, page, act=verb)
        try:
            act.service(**{self.keyword: row}, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, page, act=verb, reasons=refused.reasons)
        messages.success(request, act.said)
        return redirect(page)

    def add_view(self, request, form_url="", extra_context=None):
        """Make a row by its service."""
        if not self.has_add_permission(request):
            return redirect("admin:index")
        form = self.new.form(again.typed(request), user=request.user, initial=request.GET.dict())
        if request.method == "POST":
            return self._make(request, form)
        told = again.told(request)
        context = {
            "title": self.new.label,
            "form": form,
            "act": self.new,
            "reasons": told.get("reasons", []),
            "has_errors": again.MARK in request.GET and bool(told or form.errors),
        }
        return self.page(request, "admin/act_new.html", context)

    def _make(self, request, form):
        """Make a row of a posted form and lead to it, or give the form back."""
        if not form.is_valid():
            return again.give_back(request)
        try:
            made = self.new.service(actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        again.forget(request)
        messages.success(request, self.new.said)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", made.pk)
