"""Yearly reports, evaluations, removals and successions at the office: everything by buttons, through services."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.act_pages import Act, ActPages, DueFilter, PlainForm, day_field, words_field
from accounts.models import Organization, Role
from jobs import clock
from laborbrands.models import AnnualReport, Brand, Evaluation, EvaluationRound, Removal, Succession
from laborbrands.services import evaluation, removal, succession
from laborbrands.states import ON_THE_MAP, RemovalGround, RemovalState, Stage, Tier
from reviews.models import ScoreScheme
from reviews.queries.publicity import is_in_charge
from reviews.states import PublicityState
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick

OFFICE = (Role.EXAMINER, Role.LEADER)
WATCHING = (*OFFICE, Role.OFFICIAL)


def _shown(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


@admin.register(AnnualReport)
class AnnualReportAdmin(ActPages, admin.ModelAdmin):
    """What builders handed in, and what is missing."""

    view_roles = WATCHING
    acting_roles = OFFICE  # on the figures, at their own page
    related = ("brand__region", "stat", "submitted_by")
    list_display = ("brand", "year", "due_on", "submitted_at", "missed_at")
    list_filter = (
        DueFilter,
        "year",
        ("submitted_at", admin.EmptyFieldListFilter),
        ("missed_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("brand__name_zh", "brand__name_en")
    show_full_result_count = False

    def facts_of(self, row):
        return [
            (_("Labor brand"), row.brand),
            (_("Year"), str(row.year)),
            (pgettext("report", "Due on"), spoken.day(row.due_on)),
            (_("Handed in"), row.submitted_at and f"{row.submitted_by} · {_shown(row.submitted_at)}"),
            (_("Found missing"), _shown(row.missed_at)),
            (_("Report"), row.text),
        ]

    def links_of(self, row):
        if row.stat is None:
            return []
        return [
            (
                _("Look at the figures and verify them"),
                reverse("admin:laborbrands_brandstat_change", args=[row.stat_id]),
            )
        ]

    def tables_of(self, row):
        if row.stat is None:
            return []
        names = [*row.stat.COUNTS, "monthly_income_yuan", "industry_income_yuan", "output_yuan"]
        values = [(row.stat._meta.get_field(name).verbose_name, getattr(row.stat, name)) for name in names]
        rows = [(label, _("not given") if value is None else value) for label, value in values]
        state = _("verified") if row.stat.verified_at else _("not verified yet")
        return [{"title": f"{_('Figures')} ({state})", "heads": (_("Figure"), _("Value")), "rows": rows}]


class NewRoundForm(PlainForm):
    organization = forms.ModelChoiceField(label=gettext_lazy("Office in charge"), queryset=Organization.objects.none())
    tier = forms.ChoiceField(label=gettext_lazy("Tier"), choices=[("", "—"), *Tier.choices])
    scheme = forms.ModelChoiceField(label=gettext_lazy("Score scheme"), queryset=ScoreScheme.objects.all())
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=160)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=200)
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        today = clock.today()
        near = Organization.objects.select_related("region")
        own = [one.pk for one in near if is_in_charge(self.user, one, today)]
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=own)


def to_evaluate(row: EvaluationRound):
    """Return the brands whose turn it is in a round: not evaluated in it yet, or after they put things right."""
    held = {"recognitions__tier": row.tier, "recognitions__ended_on": None}
    brands = Brand.objects.filter(region__path__startswith=row.organization.region.path, **held)
    first = brands.filter(stage=Stage.RECOGNIZED).exclude(evaluations__round=row)
    again = brands.filter(stage=Stage.RECTIFYING, evaluations__round=row).exclude(
        evaluations__in=Evaluation.objects.filter(round=row, seq__gt=1)
    )
    return Brand.objects.filter(Q(pk__in=first.values("pk")) | Q(pk__in=again.values("pk"))).order_by("name_zh")


class EvaluateForm(PlainForm):
    """Points by criterion of the round's scheme."""

    brand = forms.ModelChoiceField(label=gettext_lazy("Labor brand"), queryset=Brand.objects.none())
    veto = forms.ChoiceField(
        label=gettext_lazy("Veto"),
        help_text=gettext_lazy("Only if a ground of removal shows; notice is given on the page of removals."),
        required=False,
    )
    opinion = words_field(gettext_lazy("Opinion"), gettext_lazy("The builder reads it."))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["brand"].queryset = to_evaluate(self.row)
        vetoes = [choice for choice in RemovalGround.choices if choice[0] != RemovalGround.UNQUALIFIED]
        self.fields["veto"].choices = [("", "—"), *vetoes]
        for criterion in self.row.scheme.criteria:
            if not criterion.get("is_veto"):
                self.fields[f"score_{criterion['key']}"] = forms.DecimalField(
                    label=pick(criterion["label"]),
                    help_text=_("At most %(most)s points.") % {"most": criterion["max"]},
                    min_value=0,
                    max_value=criterion["max"],
                    decimal_places=2,
                    required=not criterion.get("is_bonus"),
                )
        self.order_fields(["brand", *(name for name in self.fields if name.startswith("score_")), "veto", "opinion"])

    def clean(self):
        data = super().clean()
        scores = {name.removeprefix("score_"): data.pop(name) for name in list(data) if name.startswith("score_")}
        return data | {"scores": scores}


@admin.register(EvaluationRound)
class EvaluationRoundAdmin(ActPages, admin.ModelAdmin):
    """Evaluations of the brands of a tier, brand by brand."""

    view_roles = WATCHING
    acting_roles = OFFICE
    keyword = "round"
    related = ("organization__region", "scheme")
    new = Act(
        "open",
        gettext_lazy("Begin an evaluation"),
        evaluation.open_evaluation,
        gettext_lazy("Begun. Evaluate brand by brand."),
        NewRoundForm,
    )
    list_display = ("title", "tier", "starts_on", "ends_on")
    list_filter = (DueFilter, "tier")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("title"))
    def title(self, row):
        return str(row)

    def facts_of(self, row):
        return [
            (_("Office in charge"), row.organization),
            (_("Tier"), row.get_tier_display()),
            (_("Score scheme"), row.scheme),
            (_("From"), spoken.day(row.starts_on)),
            (_("Until"), spoken.day(row.ends_on)),
        ]

    def tables_of(self, row):
        return [self._due_table(row), self._done_table(row)]

    def _due_table(self, row):
        found, today = (
            row.evaluations.select_related("brand").order_by("brand__name_zh"),
            clock.today(),
        )
        again = [
            (one.brand, _("The time to put things right is over: evaluate it again.")) for one in found.again(today)
        ]
        failed = [(one.brand, _notice_link(one)) for one in found.failed()]
        heads = (_("Labor brand"), _("What comes next"))
        return {"title": _("What is due"), "heads": heads, "rows": again + failed}

    def _done_table(self, row):
        done = row.evaluations.select_related("brand", "evaluated_by").order_by("brand__name_zh", "seq")
        heads = (_("Labor brand"), _("No."), _("Total"), _("Grade"), _("To put right by"), _("Evaluated by"))
        rows = [
            (one.brand, one.seq, one.total, _grade_words(one), one.rectify_by or "—", one.evaluated_by) for one in done
        ]
        return {"title": _("Evaluated"), "heads": heads, "rows": rows}

    def acts_of(self, row):
        said = _("Kept. The builder is told.")
        return [Act("evaluate", _("Evaluate a brand"), evaluation.evaluate, said, EvaluateForm, "")]


def _grade_words(one) -> str:
    return f"{one.get_grade_display()} · {one.get_veto_display()}" if one.veto else one.get_grade_display()


def _notice_link(one) -> str:
    asked = urlencode({"brand": one.brand_id, "ground": one.veto or RemovalGround.UNQUALIFIED})
    address = f"{reverse('admin:laborbrands_removal_add')}?{asked}"
    return format_html('<a href="{}">{}</a>', address, _("Give notice of a removal"))


class NoticeForm(PlainForm):
    brand = forms.ModelChoiceField(label=gettext_lazy("Labor brand"), queryset=Brand.objects.none())
    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=[("", "—"), *RemovalGround.choices])
    facts = words_field(gettext_lazy("Facts and evidence"), gettext_lazy("The builder reads it and may answer."))
    notice_no = forms.CharField(label=gettext_lazy("Number of the notice"), max_length=60)
    is_downgrade = forms.BooleanField(label=gettext_lazy("Downgrade only: the next lower tier stays"), required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["brand"].queryset = Brand.objects.visible_to(self.user).filter(stage__in=ON_THE_MAP)


class DecideForm(PlainForm):
    decision = words_field(gettext_lazy("Decision and reasons"))
    document_no = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=60)


class DropForm(PlainForm):
    reason = words_field(gettext_lazy("Reasons"))


_REMOVAL_ACTS = {
    "decide": Act(
        "decide",
        gettext_lazy("Decide: remove"),
        removal.decide,
        gettext_lazy("Decided and made public. It is carried out after the publicity."),
        DecideForm,
        "danger",
        (Role.LEADER,),
    ),
    "drop": Act(
        "drop",
        pgettext_lazy("removal", "Drop it"),
        removal.drop_removal,
        pgettext_lazy("removal", "Dropped; the builder is told."),
        DropForm,
        roles=(Role.LEADER,),
    ),
    "carry_out": Act(
        "carry_out",
        gettext_lazy("Carry it out"),
        removal.carry_out,
        gettext_lazy("Carried out: recognition, plate and map follow."),
        tone="danger",
    ),
}
_REMOVAL_BY_STATE = {
    RemovalState.NOTIFIED: ("decide", "drop"),
    RemovalState.DEFENDED: ("decide", "drop"),
    RemovalState.DECIDED: ("carry_out", "drop"),
}


def _is_over(row: Removal) -> bool:
    """Tell whether the publicity of a decided removal has run to its end."""
    notice = row.publicity_entry.publicity
    return notice.state != PublicityState.INTERRUPTED and clock.today() > notice.ends_on


@admin.register(Removal)
class RemovalAdmin(ActPages, admin.ModelAdmin):
    """Removals: notice, statement, decision by another person, publicity, carried out."""

    view_roles = WATCHING
    acting_roles = OFFICE
    keyword = "removal"
    related = ("brand__region", "notified_by", "decided_by", "defended_by", "publicity_entry__publicity")
    new = Act(
        "notice",
        gettext_lazy("Give notice of a removal"),
        removal.give_notice,
        gettext_lazy("Notice given; the builder may state its case for five working days."),
        NoticeForm,
        "danger",
    )
    list_display = ("brand", "tier", "ground", "state", "notified_at", "defence_by")
    list_filter = (DueFilter, "state", "ground", "tier")
    search_fields = ("brand__name_zh", "brand__name_en")
    show_full_result_count = False

    def facts_of(self, row):
        notice = row.publicity_entry and row.publicity_entry.publicity
        return [
            (_("Labor brand"), row.brand),
            (_("State"), row.get_state_display()),
            (_("Tier"), row.get_tier_display()),
            (_("What"), _("downgrade") if row.is_downgrade else _("removal")),
            (_("Ground"), row.get_ground_display()),
            (_("Facts and evidence"), row.facts),
            (_("Notice given"), f"{row.notice_no} · {row.notified_by} · {_shown(row.notified_at)}"),
            (_("Statement by"), spoken.day(row.defence_by)),
            (_("Statement of the builder"), row.defence and f"{row.defence}\n{row.defended_by}"),
            (_("Decision and reasons"), row.decision and f"{row.decision}\n{row.document_no} · {row.decided_by}"),
            (
                _("Publicity"),
                notice and f"{notice.number} · {notice.get_state_display()} · {spoken.day(notice.ends_on)}",
            ),
            (_("Carried out"), _shown(row.carried_out_at)),
        ]

    def links_of(self, row):
        links = [(_("Labor brand"), reverse("admin:laborbrands_brand_change", args=[row.brand_id]))]
        if row.publicity_entry:
            notice = row.publicity_entry.publicity_id
            links.append((_("Publicity"), reverse("admin:reviews_publicity_change", args=[notice])))
        return links

    def acts_of(self, row):
        verbs = _REMOVAL_BY_STATE.get(row.state, ())
        return [_REMOVAL_ACTS[verb] for verb in verbs if verb != "carry_out" or _is_over(row)]


class SucceedForm(PlainForm):
    old = forms.ModelChoiceField(label=gettext_lazy("Brand that goes on"), queryset=Brand.objects.none())
    new = forms.ModelChoiceField(
        label=gettext_lazy("In this brand"),
        help_text=gettext_lazy("Empty: under a new name, below."),
        queryset=Brand.objects.none(),
        required=False,
    )
    code = forms.SlugField(label=gettext_lazy("Code of the new brand"), max_length=60, required=False)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=60, required=False)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=100, required=False)
    is_merger = forms.BooleanField(label=gettext_lazy("Merger"), required=False)
    basis = forms.CharField(label=pgettext_lazy("succession", "Document"), max_length=200)
    on = day_field(gettext_lazy("From"), gettext_lazy("Empty: today."), required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        brands = Brand.objects.visible_to(self.user).filter(stage__in=ON_THE_MAP)
        self.fields["old"].queryset = self.fields["new"].queryset = brands

    def clean(self):
        data = super().clean()
        if not data.get("new") and not all(data.get(name) for name in ("code", "name_zh", "name_en")):
            self.add_error("new", _("Choose the brand, or give code and both names of a new one."))
        return data


def _succeed(*, old, new, code, name_zh, name_en, is_merger, basis, on, actor, now) -> Succession:
    who = {"basis": basis, "on": on, "actor": actor, "now": now}
    if new:
        return succession.succeed(old=old, new=new, is_merger=is_merger, **who)
    succession.rename(brand=old, code=code, name_zh=name_zh, name_en=name_en, **who)
    return Succession.objects.get(old=old)


@admin.register(Succession)
class SuccessionAdmin(ActPages, admin.ModelAdmin):
    """Brands that go on in others."""

    view_roles = WATCHING
    acting_roles = (Role.LEADER,)
    keyword = "succession"
    related = ("old", "new", "recorded_by")
    new = Act(
        "succeed",
        gettext_lazy("Let a brand go on in another one"),
        _succeed,
        gettext_lazy("Done: the recognitions have passed on, the old record stays."),
        SucceedForm,
    )
    list_display = ("old", "new", "is_merger", "on")
    show_full_result_count = False

    def facts_of(self, row):
        return [
            (_("Old brand"), row.old),
            (_("New brand"), row.new),
            (_("Merger"), _("yes") if row.is_merger else _("no")),
            (_("From"), spoken.day(row.on)),
            (pgettext("succession", "Document"), row.basis),
            (_("Recorded by"), f"{row.recorded_by} · {_shown(row.recorded_at)}"),
        ]
