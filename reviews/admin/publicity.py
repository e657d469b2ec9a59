"""Publicity and objections at the office: everything by buttons, and who objected only after a look that is kept."""

from django import forms
from django.contrib import admin
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.act_pages import Act, ActPages, DueFilter, PlainForm, day_field, words_field
from accounts.models import Organization, Role
from applications.models import Case
from applications.views.files import give_out
from jobs import clock
from reviews.models import Objection, Publicity
from reviews.queries.publicity import ACTING_ROLES, is_in_charge
from reviews.rules.publicity import OUTCOMES, private_words
from reviews.services import objections, publicity
from reviews.services.publicity import drop_entry, withdraw_entry
from reviews.states import OPEN_OBJECTIONS, EntryState, ObjectionState, PublicityState
from talentportal.lib import spoken
from talentportal.lib.refusals import Refused
from talentportal.lib.uploads import MIME, Scan


class PublicWords(PlainForm):
    """A form whose texts are shown in public: numbers of people are refused beside the field that has them."""

    def clean(self):
        data = super().clean()
        for name, text in list(data.items()):
            if isinstance(text, str) and (reasons := private_words(text)):
                self.add_error(name, reasons)
        return data


class NewPublicityForm(PublicWords):
    organization = forms.ModelChoiceField(label=gettext_lazy("Published by"), queryset=Organization.objects.none())
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=160)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=200)
    text_zh = words_field(gettext_lazy("Chinese text"), required=False)
    text_en = words_field(gettext_lazy("English text"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Working days"),
        help_text=gettext_lazy("5, and 7 for the highest tiers."),
        min_value=1,
        max_value=60,
        initial=5,
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        today = clock.today()
        near = Organization.objects.select_related("region")
        own = [one.pk for one in near if is_in_charge(self.user, one, today)]
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=own)


class EntryForm(PublicWords):
    case_no = forms.CharField(
        label=gettext_lazy("Case number"),
        help_text=gettext_lazy("Name and unit then come from the case."),
        max_length=24,
        required=False,
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=120, required=False)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=160, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=120, required=False)
    category_zh = forms.CharField(label=gettext_lazy("Chinese category"), max_length=120, required=False)
    category_en = forms.CharField(label=gettext_lazy("English category"), max_length=160, required=False)
    text_zh = words_field(gettext_lazy("Chinese text"), required=False)
    text_en = words_field(
        gettext_lazy("English text"),
        gettext_lazy("Never a document number, a telephone, a birth date, an address or a score."),
        required=False,
    )

    def clean(self):
        data = super().clean()
        number = data.pop("case_no", "")
        if number:
            data["case"] = Case.objects.for_staff(self.user).filter(case_no=number.strip()).first()
            if data["case"] is None:
                self.add_error("case_no", _("There is no such case in your charge."))
        return {key: value for key, value in data.items() if value}


class EntryChoice(PlainForm):
    entry = forms.ModelChoiceField(label=gettext_lazy("Entry"), queryset=None, empty_label=None)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        # what an entry with a subject is about ends by its own procedure
        self.fields["entry"].queryset = self.row.entries.filter(state=EntryState.SHOWN, subject="")


class InterruptForm(PlainForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    since = day_field(
        gettext_lazy("Not to be seen since"), gettext_lazy("Empty: today. The whole day runs again."), required=False
    )


class ResumeForm(PlainForm):
    last_lost = day_field(
        gettext_lazy("Last day it could not be seen the whole day"), gettext_lazy("Empty: today."), required=False
    )


def _drop_entry(*, publicity, entry, actor, now):
    drop_entry(entry=entry, actor=actor, now=now)


def _withdraw_entry(*, publicity, entry, actor, now):
    withdraw_entry(entry=entry, actor=actor, now=now)


_ACTS = {
    act.verb: act
    for act in (
        Act("post", gettext_lazy("Post it"), publicity.post, gettext_lazy("It is on the website."), tone=""),
        Act(
            "add_entry",
            gettext_lazy("Add an entry"),
            publicity.add_entry,
            gettext_lazy("The entry is added."),
            EntryForm,
        ),
        Act(
            "drop_entry",
            gettext_lazy("Take an entry out"),
            _drop_entry,
            gettext_lazy("The entry is taken out."),
            EntryChoice,
            "quiet",
        ),
        Act(
            "interrupt",
            gettext_lazy("Note an interruption"),
            publicity.interrupt,
            gettext_lazy("Noted. The missing days run again."),
            InterruptForm,
        ),
        Act(
            "resume",
            gettext_lazy("Show it again"),
            publicity.resume,
            gettext_lazy("It goes on; the page shows the new last day."),
            ResumeForm,
            "",
        ),
        Act(
            "withdraw_entry",
            gettext_lazy("Mark an entry as withdrawn"),
            _withdraw_entry,
            gettext_lazy("The entry is marked."),
            EntryChoice,
            "quiet",
        ),
        Act(
            "remove",
            gettext_lazy("Take it off the website now"),
            publicity.remove,
            gettext_lazy("It is off the website; the snapshot stays."),
            tone="danger",
        ),
    )
}
_BY_STATE = {
    PublicityState.DRAFT: ("post", "add_entry", "drop_entry"),
    PublicityState.OPEN: ("interrupt", "withdraw_entry"),
    PublicityState.INTERRUPTED: ("resume",),
    PublicityState.ENDED: ("remove",),
    PublicityState.REMOVED: (),
}


@admin.register(Publicity)
class PublicityAdmin(ActPages, admin.ModelAdmin):
    """What is made public: prepared, posted, interrupted, taken down."""

    view_roles = (*ACTING_ROLES, Role.OFFICIAL)
    acting_roles = ACTING_ROLES
    keyword = "publicity"
    related = ("organization", "posted_by", "created_by")
    new = Act(
        "make",
        gettext_lazy("Prepare a publicity"),
        publicity.make_publicity,
        gettext_lazy("Prepared. Add the entries, then post it."),
        NewPublicityForm,
    )
    list_display = ("number", "title", "organization", "state", "ends_on")
    list_filter = ("state",)
    search_fields = ("number", "title_zh", "title_en")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("title"))
    def title(self, row):
        return str(row)

    def facts_of(self, row):
        return [
            (pgettext("publicity", "Number"), row.number),
            (_("Published by"), row.organization),
            (_("State"), row.get_state_display()),
            (_("Working days"), row.days),
            (_("First day"), row.starts_on and spoken.day(row.starts_on)),
            (_("Last day"), row.ends_on and spoken.day(row.ends_on)),
            (_("Posted by"), row.posted_by),
            ("SHA-256", row.sha256),
        ]

    def links_of(self, row):
        shown = row.state in (PublicityState.OPEN, PublicityState.INTERRUPTED, PublicityState.ENDED)
        return [(_("On the website"), reverse("publicity:detail", args=[row.number]))] if shown else []

    def tables_of(self, row):
        entries = [(one.order, one, one.unit, one.get_state_display()) for one in row.entries.all()]
        gaps = [(one.starts_on, one.ends_on or "—", one.reason) for one in row.interruptions.all()]
        return [
            {
                "title": _("Entries"),
                "heads": (_("No."), pgettext("publicity", "Name"), _("Unit"), _("State")),
                "rows": entries,
            },
            {"title": _("Interruptions"), "heads": (_("First day"), _("Last day"), _("Reason")), "rows": gaps},
        ]

    def tables_for(self, request, row):
        found = Objection.objects.filter(entry__publicity=row).select_related("entry")
        number = _linked if self._acts(request) else str
        table = {
            "title": _("Objections"),
            "heads": (pgettext("publicity", "Number"), _("Entry"), _("State")),
            "rows": [(number(one), one.entry, one.get_state_display()) for one in found],
        }
        return [*self.tables_of(row), table]

    def acts_of(self, row):
        left = EntryChoice(row=row).fields["entry"].queryset.exists()
        return [_ACTS[verb] for verb in _BY_STATE[row.state] if left or _ACTS[verb].form is not EntryChoice]


def _linked(objection: Objection) -> str:
    address = reverse("admin:reviews_objection_change", args=[objection.pk])
    return format_html('<a href="{}">{}</a>', address, objection.code)


class AnswerForm(PublicWords):
    outcome = forms.ChoiceField(label=gettext_lazy("What comes out of it"), widget=forms.RadioSelect)
    answer = words_field(
        gettext_lazy("Answer and reasons"),
        gettext_lazy("Who objected reads this with the number of the receipt. Upheld: the entry is struck off."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        investigated = self.row.state == ObjectionState.INVESTIGATING
        outcomes = OUTCOMES if investigated else (ObjectionState.NOT_TAKEN,)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]


class RevealForm(PlainForm):
    reason = forms.CharField(
        label=gettext_lazy("Why do you need to know?"), help_text=gettext_lazy("Each look is kept."), max_length=200
    )


@admin.register(Objection)
class ObjectionAdmin(ActPages, admin.ModelAdmin):
    """Objections: taken up, answered. Nobody edits what was written."""

    view_roles = acting_roles = ACTING_ROLES
    keyword = "objection"
    related = ("entry__publicity__organization", "handler", "answered_by")
    list_display = ("code", "entry", "state", "received_at", "take_up_by", "answer_by")
    list_filter = (DueFilter, "state")
    search_fields = ("code",)
    show_full_result_count = False

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/evidence/", view(self.evidence), name="reviews_objection_evidence"),
            path("<int:pk>/reveal/", view(self.reveal), name="reviews_objection_reveal"),
        ]
        return own + super().get_urls()

    def facts_of(self, row):
        scan = row.get_evidence_scan_display() or _("being scanned")
        return [
            (_("Publicity"), row.entry.publicity),
            (_("Entry"), row.entry),
            (_("State"), row.get_state_display()),
            (_("Received"), f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M:%S}"),
            (_("What is objected to"), row.text),
            (_("Evidence"), f"{row.evidence_name} ({scan})" if row.evidence else ""),
            (_("Taken up by"), spoken.day(row.take_up_by) if row.state == ObjectionState.RECEIVED else ""),
            (_("Answer by"), spoken.day(row.answer_by) if row.state == ObjectionState.INVESTIGATING else ""),
            (_("Handled by"), row.handler),
            (pgettext("objection", "Answer"), row.answer),
            (_("Answered by"), row.answered_by),
        ]

    def links_of(self, row):
        links = [(_("Who objected"), reverse("admin:reviews_objection_reveal", args=[row.pk]))]
        evidence = (_("Open the evidence"), reverse("admin:reviews_objection_evidence", args=[row.pk]))
        return [evidence, *links] if row.evidence else links

    def tables_of(self, row):
        looks = [(one.by, f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", one.reason) for one in row.reveals.all()]
        return [
            {
                "title": _("Who looked at the name"),
                "heads": (pgettext("objection", "Who looked"), _("At"), _("Reason")),
                "rows": looks,
            }
        ]

    def acts_of(self, row):
        answer = Act(
            "answer", _("Answer it"), objections.answer_objection, _("The answer is kept."), AnswerForm, "second"
        )
        taken_up = _("You handle it now; the page says until when.")
        take_up = Act("take_up", pgettext("objection", "Take it up"), objections.take_up, taken_up, tone="")
        if row.state not in OPEN_OBJECTIONS:
            return []
        return [take_up, answer] if row.state == ObjectionState.RECEIVED else [answer]

    def reveal(self, request, pk):
        """Show who objected, after the reason was kept; nothing of it is stored in a browser."""
        row = self._row_or_404(request, pk)
        form, reasons, who = RevealForm(request.POST or None), [], None
        if request.method == "POST" and form.is_valid():
            try:
                who = objections.reveal_objector(
                    objection=row, actor=request.user, now=clock.now(), **form.cleaned_data
                )
            except Refused as refused:
                reasons = refused.reasons
        context = {"title": _("Who objected"), "row": row, "form": form, "reasons": reasons, "who": who}
        response = self.page(request, "reviews/admin_reveal.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def evidence(self, request, pk):
        """Give out the evidence, once scanned and clean."""
        row = self._row_or_404(request, pk)
        if not row.evidence or row.evidence_scan == Scan.INFECTED:
            raise Http404
        if not row.evidence_scan:
            words = _("This file is being scanned. Try again in a moment.")
            return HttpResponse(words, "text/plain; charset=utf-8", 503)
        kind = row.evidence.name.rpartition(".")[2]
        return give_out(row.evidence, row.evidence_name, MIME[kind], inline=False)
