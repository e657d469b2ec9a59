"""Input on internships and traineeships."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import RegionField
from accounts.models import Unit
from applications.questions import DayField
from talentportal.lib.bilingual import pick
from talentportal.lib.field_errors import NamedErrors
from talents.catalogs import majors
from talents.models import School
from talents.profile_forms import in_groups
from talents.states import Degree, PlaceKind

ROWS = {"rows": 4}
ONE_DAY = timedelta(days=1)


class MajorField(forms.ChoiceField):
    """A major of the catalog; the choices are read when a form is made, in its language."""

    def __init__(self, **options):
        super().__init__(choices=lambda: in_groups(majors(), "—"), **options)


class PlaceForm(NamedErrors, forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=PlaceKind, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Post"), max_length=60)
    description = forms.CharField(
        label=_("What the work is"),
        help_text=_("It has to do with what is studied. Say what is learned."),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    major = MajorField(label=_("Major"), required=False)
    degree = forms.TypedChoiceField(
        label=_("Education at least"),
        choices=[("", "—"), *Degree.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    places = forms.IntegerField(label=_("Number of places"), min_value=1, max_value=500)
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=12)
    region = RegionField(label=_("Place of work"))
    allowance = forms.IntegerField(label=_("Paid each month (yuan)"), min_value=1, max_value=100_000)
    mentor = forms.CharField(label=_("Who guides"), max_length=60)
    is_insured = forms.BooleanField(
        label=_("The unit pays for the accident insurance"),
        error_messages={"required": _("Without accident insurance no place goes online.")},
    )
    starts_on = DayField(label=_("Begins on"))
    apply_by = DayField(label=_("Apply by"))

    def values(self) -> dict:
        """Return what the service writes."""
        said = dict(self.cleaned_data)
        major = said.pop("major")
        return said | {"majors": [major] if major else []}


def place_initial(place) -> dict:
    """Return what the form of an existing place begins with."""
    names = [name for name in PlaceForm.base_fields if name != "major"]
    return {name: getattr(place, name) for name in names} | {"major": place.majors[0] if place.majors else ""}


class SchoolField(forms.ModelChoiceField):
    def label_from_instance(self, school: School) -> str:
        return pick(school.unit, "name")


class AskForm(NamedErrors, forms.Form):
    """Ask for a place: what the unit reads of the person, and the consent for it."""

    degree = forms.TypedChoiceField(label=_("Degree or diploma"), choices=[("", "—"), *Degree.choices], coerce=int)
    major = MajorField(label=_("Major"))
    graduates_on = DayField(label=_("You graduate, or graduated, on"))
    school = SchoolField(
        label=pgettext_lazy("agreement", "School"),
        queryset=School.objects.none(),
        empty_label="—",
        help_text=_("It signs the agreement. Is yours not here? Ask it to register as a unit."),
    )
    words = forms.CharField(
        label=_("Why this place"), max_length=1000, required=False, widget=forms.Textarea(attrs=ROWS)
    )
    agreed = forms.BooleanField(
        label=_("The unit, and my school where one signs, may read this and my name and contact, for this place only."),
        error_messages={"required": _("Without your consent nothing is sent.")},
    )

    def __init__(self, *args, kind: str, **options):
        super().__init__(*args, **options)
        schools = School.objects.filter(is_open=True, unit__status=Unit.Status.VERIFIED)
        self.fields["school"].queryset = schools.select_related("unit").order_by("unit__name")
        if kind == PlaceKind.TRAINEESHIP:
            del self.fields["school"]

    def values(self) -> dict:
        """Return what the service asks for."""
        names = ("degree", "major", "graduates_on", "words")
        return {name: self.cleaned_data[name] for name in names} | {"school": self.cleaned_data.get("school")}


class TakeForm(NamedErrors, forms.Form):
    starts_on = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    insurance_no = forms.CharField(label=_("Number of the accident insurance"), max_length=60)

    def values(self) -> dict:
        """Return what the service asks for."""
        said = dict(self.cleaned_data)
        return said | {"ends_on": said.pop("last_day") + ONE_DAY}


class AnswerForm(NamedErrors, forms.Form):
    answer = forms.CharField(label=_("Why, in a word to the person"), max_length=300, widget=forms.Textarea(attrs=ROWS))

    def values(self) -> dict:
        """Return what the service asks for."""
        return self.cleaned_data


class EndForm(NamedErrors, forms.Form):
    reason = forms.CharField(
        label=_("Why it ends early; the other parties read it"), max_length=300, widget=forms.Textarea(attrs=ROWS)
    )


class SignForm(NamedErrors, forms.Form):
    name = forms.CharField(label=_("Your full name, as in your document"), max_length=100)


class MonthForm(NamedErrors, forms.Form):
    month = forms.DateField(label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"])
    days = forms.IntegerField(label=_("Days present"), min_value=0, max_value=31)
    paid = forms.DecimalField(label=_("Allowance paid (yuan)"), max_digits=9, decimal_places=2, min_value=0)
    paid_on = DayField(label=_("Paid on"), required=False)

    def __init__(self, *args, months=(), **options):
        super().__init__(*args, **options)
        self.fields["month"].widget = forms.Select(choices=[(f"{day:%Y-%m}", f"{day:%Y-%m}") for day in months])


class ObjectionForm(NamedErrors, forms.Form):
    objection = forms.CharField(label=_("What is not right"), max_length=300, required=False)


class RetentionForm(NamedErrors, forms.Form):
    hired_on = DayField(label=_("Hired on"))
    contract_months = forms.IntegerField(label=_("Contract in months"), min_value=1, max_value=600)
