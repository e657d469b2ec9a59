"""The forms of calls for experts: the office's call, and the application that answers it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import RegionField
from reviews.models import Discipline, ExpertCall
from reviews.rules import calls as rules
from talentportal.lib import uscc
from talentportal.lib.field_errors import NamedErrors, needed_sometimes


class ApplicationForm(NamedErrors, forms.Form):
    """What an applicant says; the name comes from the real-name record."""

    use_required_attribute = False
    unit_name = forms.CharField(
        label=_("Your unit"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    unit_uscc = forms.CharField(
        label=_("Unified social credit code"),
        help_text=_("18 characters, on the business license."),
        max_length=40,
        required=False,
    )
    region = needed_sometimes(RegionField(label=_("County where you work")))
    is_outside = forms.BooleanField(label=_("I work outside the province."), required=False)
    title = forms.CharField(label=_("Professional title or position"), max_length=60)
    years = forms.IntegerField(label=_("Years of work in the discipline"), min_value=1, max_value=70)
    disciplines = forms.ModelMultipleChoiceField(
        Discipline.objects.none(),
        label=_("Disciplines"),
        help_text=_("One to three."),
        widget=forms.CheckboxSelectMultiple,
    )
    statement = forms.CharField(
        label=_("Why you can judge in these disciplines"),
        help_text=_("Work, results, earlier reviews; at most 2000 characters."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    avoids = forms.CharField(
        label=_("Whom you keep away from"),
        help_text=_(
            "One name a line: former employers, companies you advise or own shares of, relatives who may apply. You "
            "are never drawn for their dossiers. Your own unit counts by itself."
        ),
        max_length=2500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_true = forms.BooleanField(
        label=_("What I say here is true, and I am ready to review without favor when I am drawn by lot."),
        error_messages={"required": _("Without this statement you cannot apply.")},
    )

    def __init__(self, *args, call: ExpertCall, **options):
        super().__init__(*args, **options)
        self.fields["disciplines"].queryset = call.disciplines.all()

    def clean_unit_uscc(self) -> str:
        code = self.cleaned_data["unit_uscc"].strip()
        return uscc.clean(code) if code else ""

    def clean_disciplines(self):
        chosen = list(self.cleaned_data["disciplines"])
        if len(chosen) > rules.MOST_DISCIPLINES:
            raise ValidationError(_("Three disciplines at most."))
        return chosen

    def clean_avoids(self) -> list[str]:
        names = rules.names_in(self.cleaned_data["avoids"])
        if len(names) > rules.MOST_NAMES or any(len(name) > rules.LONGEST_NAME for name in names):
            words = {"most": rules.MOST_NAMES, "long": rules.LONGEST_NAME}
            raise ValidationError(_("At most %(most)d names of %(long)d characters each, one a line."), params=words)
        return names

    def clean(self):
        data = super().clean()
        data.pop("is_true", None)
        if not data.pop("is_outside", False) and "region" not in self.errors and data.get("region") is None:
            self.add_error("region", _("Choose the county, or say that you work outside the province."))
        elif "is_outside" in self.data:
            data["region"] = None
        return data


def known_of(expert, units, earlier) -> dict:
    """Return what the form begins with: the last application, the expert's record, or the unit one acts for."""
    source = earlier or expert
    if source is None:
        unit = units.select_related("work_region").first()
        return {"unit_name": unit.name, "unit_uscc": unit.uscc, "region": unit.work_region} if unit else {}
    known = {name: getattr(source, name) for name in ("unit_name", "unit_uscc", "region", "title")}
    known["is_outside"] = source.region_id is None
    known["disciplines"] = list(source.disciplines.values_list("pk", flat=True))
    if earlier:
        known |= {"years": earlier.years, "statement": earlier.statement, "avoids": "\n".join(earlier.avoids)}
    return known
