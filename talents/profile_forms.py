"""The person's own forms: a profile section by section, joining, who may find one, answers to units."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import RegionField
from jobs import clock
from regions.models import Region, RegionKind
from talentportal.lib.bilingual import pick
from talentportal.lib.field_errors import NamedErrors
from talentportal.lib.refusals import Refused
from talents import consent_texts
from talents.catalogs import Catalog, industries, languages, majors, occupations
from talents.models import Profile
from talents.rules import profiles as rules
from talents.states import (
    Available,
    Degree,
    Purpose,
    Reason,
    SchoolKind,
    Shared,
    Skill,
    Title,
    Trait,
    Visibility,
    WorkKind,
)

NOT_TOLD = [("", _("not told"))]


def _leaves(catalog: Catalog, code: str) -> list[tuple[str, str]]:
    children = catalog.children(code)
    return [leaf for child in children for leaf in _leaves(catalog, child.code)] or [(code, catalog.name(code))]


def in_groups(catalog: Catalog, none=NOT_TOLD[0][1]) -> list:
    """Return the deepest entries of a catalog in groups by its roots, for a select, after the words for none."""
    groups = [(catalog.name(root.code), _leaves(catalog, root.code)) for root in catalog.children()]
    return [("", none), *groups]


def _as_list(catalog: Catalog) -> list:
    return [(entry.code, catalog.name(entry.code)) for entry in catalog.children()]


def _prefectures() -> list[tuple[str, str]]:
    found = Region.objects.filter(kind__in=[RegionKind.PROVINCE, RegionKind.PREFECTURE]).order_by("path")
    return [(region.code, pick(region, "name")) for region in found.defer("outline")]


class PlaceField(RegionField):
    """Choose among regions, without their outlines."""

    def __init__(self, **options):
        super().__init__(**options)
        self.queryset = self.queryset.defer("outline")


class InLines(forms.CheckboxSelectMultiple):
    """Short words to tick, side by side."""

    template_name = "talents/_ticks.html"


class Ticks(forms.MultipleChoiceField):
    """Tick any of a few."""

    widget = InLines

    def __init__(self, **options):
        super().__init__(**options | {"required": False})


class NumberChoice(forms.TypedChoiceField):
    """Choose one of an ordered list; its value is a number."""

    def __init__(self, **options):
        super().__init__(coerce=int, **options)


class FactsForm(NamedErrors, forms.Form):
    """Some facts of a profile, checked by the rules that the service asks again."""

    use_required_attribute = False

    def __init__(self, *args, profile: Profile | None = None, **options):
        self.profile = profile
        if profile:
            options["initial"] = {name: _shown(profile, name) for name in self.base_fields} | options.get("initial", {})
        super().__init__(*args, **options)

    def clean(self) -> dict:
        """Ask the rules at once, so that all that is wrong is said together."""
        told = super().clean()
        for name, reasons in rules.problems(told, clock.today().year).items():
            self.add_error(name if name in self.fields else None, reasons)
        return told

    def refuse(self, refused: Refused) -> None:
        """Put what the service said beside its field; the rest above the form."""
        for name, reasons in refused.rows.items():
            self.add_error(name if name in self.fields else None, [str(reason) for reason in reasons])
        if not refused.rows:
            self.add_error(None, [str(reason) for reason in refused.reasons])

    def facts(self) -> dict:
        """Return the facts to be stated, the version left out."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def _shown(profile: Profile, name: str):
    value = getattr(profile, name)
    return "，".join(value) if name == "skills" else value


class EducationForm(FactsForm):
    degree = NumberChoice(label=_("Highest education"), choices=[("", _("Choose")), *Degree.choices])
    major = forms.ChoiceField(label=_("Major"), required=False, help_text=_("The closest one of the national catalog."))
    school_kind = forms.ChoiceField(label=_("Kind of school"), required=False, choices=[*NOT_TOLD, *SchoolKind.choices])
    graduation_year = forms.IntegerField(label=_("Year of graduation"), required=False)
    school = forms.CharField(
        label=_("School"),
        required=False,
        max_length=80,
        help_text=_("Kept back. A unit sees it only when you show it after a contact request."),
    )
    title = NumberChoice(label=_("Professional title"), choices=Title.choices, initial=Title.NONE)
    skill = NumberChoice(label=_("Skill level"), choices=Skill.choices, initial=Skill.NONE)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["major"].choices = in_groups(majors())


class WorkForm(FactsForm):
    work_since = forms.IntegerField(
        label=_("Working since the year"), required=False, help_text=_("Leave it empty when you have not begun yet.")
    )
    industry = forms.ChoiceField(label=_("Industry"), required=False)
    occupation = forms.ChoiceField(label=_("Occupation"), required=False)
    employer = forms.CharField(
        label=_("Present employer"),
        required=False,
        max_length=120,
        help_text=_("Kept back, and it never finds you: give the name as it is registered."),
    )
    region = PlaceField(label=_("Lives in"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["industry"].choices = [*NOT_TOLD, *_as_list(industries())]
        self.fields["occupation"].choices = in_groups(occupations())


class AbilityForm(FactsForm):
    headline = forms.CharField(
        label=_("In one sentence"),
        required=False,
        max_length=60,
        help_text=_("For example: plans battery test lines. No names, no numbers to reach you."),
    )
    skills = forms.CharField(
        label=_("Skills"), required=False, max_length=400, help_text=_("At most 12, divided by commas.")
    )
    languages = Ticks(label=_("Languages"))
    summary = forms.CharField(
        label=_("Experience and achievements"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you did and what came of it, without names of people, schools and employers."),
    )
    traits = Ticks(label=_("What applies to you"), choices=Trait.choices)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["languages"].choices = _as_list(languages())

    def clean_skills(self) -> list[str]:
        return rules.as_skills(self.cleaned_data["skills"])


class WishForm(FactsForm):
    available = NumberChoice(label=_("Could begin"), choices=Available.choices, widget=forms.RadioSelect)
    wanted_regions = Ticks(label=_("Would work in"))
    wanted_kinds = Ticks(label=_("Kinds of work"), choices=WorkKind.choices)
    pay_from = forms.IntegerField(label=_("Pay from (yuan a month)"), required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["wanted_regions"].choices = _prefectures()


SECTIONS = {  # key in the address: (title, form)
    "education": (_("Education and titles"), EducationForm),
    "work": (_("Present work"), WorkForm),
    "abilities": (_("Abilities"), AbilityForm),
    "wishes": (_("What you look for"), WishForm),
}


class VisibilityForm(FactsForm):
    visibility = forms.ChoiceField(
        label=_("Who may find you"), choices=Visibility.choices, widget=forms.RadioSelect, initial=Visibility.UNITS_ONLY
    )
    audience = PlaceField(
        label=_("Units of which region"), required=False, help_text=_("Only for “units of one region only”.")
    )


class JoinForm(VisibilityForm):
    """The least that makes a profile, with the consent to the words that stand above it."""

    degree = EducationForm.base_fields["degree"]
    major = EducationForm.base_fields["major"]
    work_since = WorkForm.base_fields["work_since"]
    employer = WorkForm.base_fields["employer"]
    region = WorkForm.base_fields["region"]
    agrees = forms.BooleanField(
        label=_("I have read this and agree to it."),
        error_messages={"required": _("Without your consent nothing is put into the pool.")},
    )
    text_version = forms.CharField(widget=forms.HiddenInput)
    field_order = ["degree", "major", "work_since", "employer", "region", "visibility", "audience"]

    def __init__(self, *args, **options):
        text = consent_texts.current(Purpose.POOL)
        super().__init__(*args, **options | {"initial": {"text_version": text.version}})
        self.fields["major"].choices = in_groups(majors())

    def words(self) -> dict:
        """Return the arguments of the service."""
        told = self.cleaned_data
        names = ("degree", "major", "work_since", "employer", "region")
        return {
            "facts": {name: told[name] for name in names},
            "visibility": told["visibility"],
            "audience": told["audience"],
            "version": told["text_version"],
        }


class AcceptForm(FactsForm):
    """Which of the facts asked for a unit may see; each with the value that it would see."""

    fields_shown = forms.MultipleChoiceField(
        label=_("What the unit may see"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that the unit may see.")},
    )
    text_version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, wanted: Iterable[str], values: Mapping[str, str], **options):
        version = consent_texts.current(Purpose.SHARE).version
        super().__init__(*args, **options | {"initial": {"text_version": version}})
        self.fields["fields_shown"].choices = [
            (name, _("%(fact)s: %(value)s") % {"fact": Shared(name).label, "value": values[name]})
            for name in Shared.values
            if name in wanted and values.get(name)
        ]


class RefuseForm(FactsForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, widget=forms.RadioSelect, initial=Reason.NONE)


class WriteForm(FactsForm):
    text = forms.CharField(label=_("Message"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
