"""Input on vacancies: what a unit writes, and what a person shows when answering one."""

import re
from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.questions import DayField
from regions.models import Region
from talentportal.lib import phones
from talentportal.lib.bilingual import pick
from talentportal.lib.field_errors import NamedErrors
from talents import limits
from talents.catalogs import Catalog, majors, occupations
from talents.models import Vacancy
from talents.queries.vacancies import places
from talents.rules.vacancies import MOST, faults
from talents.states import Degree, PayPeriod, Shared, WorkKind

_SEPARATORS = re.compile(r"[,，、;；\n]+")
ONE_DAY = timedelta(days=1)


class NamesField(forms.CharField):
    """Names of a catalog in either language, or its codes, apart by commas; the value is a list of codes."""

    def __init__(self, *, catalog: Catalog, **options):
        super().__init__(**options)
        self.catalog = catalog

    def prepare_value(self, value):
        return "、".join(self.catalog.name(code) for code in value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        names = _parted(super().clean(value))
        return list(dict.fromkeys(self._code(name) for name in names))

    def _code(self, name: str) -> str:
        if name in self.catalog:
            return name
        near = self.catalog.find(name, 4)
        if near and name.casefold() in (near[0].zh.casefold(), near[0].en.casefold()):
            return near[0].code
        if not near:
            raise ValidationError(_("“%(name)s” is not in the list."), params={"name": name[:40]})
        offers = gettext(", ").join(self.catalog.name(entry.code) for entry in near)
        raise ValidationError(
            _("“%(name)s” is not in the list. Did you mean: %(offers)s?"), params={"name": name[:40], "offers": offers}
        )


class NameField(NamesField):
    """One name of a catalog; the value is its code, "" for none."""

    def prepare_value(self, value):
        return self.catalog.name(value) if value in self.catalog else value

    def clean(self, value) -> str:
        value = forms.CharField.clean(self, value).strip()
        return self._code(value) if value else ""


class TagsField(forms.CharField):
    """Words apart by commas; the value is a list."""

    def prepare_value(self, value):
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        return list(dict.fromkeys(_parted(super().clean(value))))


def _parted(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


class VacancyForm(NamedErrors, forms.Form):
    """What a unit writes of a vacancy; the rules stand in rules/vacancies.py, the service asks them again."""

    use_required_attribute = False

    title = forms.CharField(label=_("Post"), max_length=60)
    posts = forms.IntegerField(label=_("Number of posts"), initial=1, min_value=1, max_value=MOST["posts"])
    occupation = NameField(
        label=_("Occupation"),
        required=False,
        catalog=occupations(),
        help_text=_("As in the national classification of occupations; begin to write and choose."),
        widget=forms.TextInput(attrs={"list": "occupations", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind of work"), choices=WorkKind)
    region = forms.ModelChoiceField(label=_("Place of work"), queryset=Region.objects.none(), empty_label=None)
    pay_from = forms.IntegerField(label=_("Pay from (yuan, before tax)"), min_value=1)
    pay_to = forms.IntegerField(label=_("up to (yuan)"), min_value=1, required=False)
    pay_period = forms.ChoiceField(label=_("Pay period"), choices=PayPeriod, initial=PayPeriod.MONTH)
    description = forms.CharField(
        label=_("What the work is"), max_length=3000, widget=forms.Textarea(attrs={"rows": 8})
    )
    degree = forms.TypedChoiceField(
        label=_("Education at least"),
        choices=[("", _("not asked for")), *Degree.choices[1:]],  # the lowest would ask for nothing
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("A hard condition: who has less does not fit."),
    )
    majors = NamesField(
        label=_("Majors"),
        required=False,
        max_length=300,
        catalog=majors(),
        help_text=_("Majors, classes or disciplines of the national catalog, with commas; one of them is enough."),
    )
    years = forms.IntegerField(label=_("Working years at least"), initial=0, min_value=0, max_value=MOST["years"])
    skills = TagsField(
        label=_("Skills"), required=False, max_length=400, help_text=_("With commas, for instance: AUTOSAR, CAN")
    )
    conditions = forms.CharField(
        label=_("What else you ask for"),
        max_length=2000,
        required=False,
        help_text=_(
            "Nothing on sex, age, marriage, ethnicity, religion, household or health, unless a law asks for it."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, today: date, vacancy: Vacancy | None = None, region: str = "", **options):
        super().__init__(*args, **options)
        self.today = today
        self.fields["region"].queryset = Region.objects.defer("outline")
        self.fields["region"].choices = _grouped()
        self.fields["last_day"] = DayField(
            label=_("Online until"),
            first=today,
            last=today + timedelta(days=limits.VACANCY_DAYS_MOST),
            help_text=_("This day included. Afterwards it goes offline by itself."),
        )
        self.initial = _initial(vacancy, today, region)

    def clean_title(self) -> str:
        """One line: it is the subject of messages."""
        return " ".join(self.cleaned_data["title"].split())

    def clean(self):
        """Say what cannot be right beside the field that says it."""
        data = super().clean()
        if self.errors:
            return data
        facts = self.facts()
        for name, reason in faults(facts, self.today).items():
            self.add_error("last_day" if name == "expires_on" else name, reason)
        return data

    def facts(self) -> dict:
        """Return the facts as the service takes them."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "last_day")}
        return facts | {"expires_on": self.cleaned_data["last_day"] + ONE_DAY}


def _initial(vacancy: Vacancy | None, today: date, region: str) -> dict:
    if vacancy is None:
        return {"last_day": today + timedelta(days=limits.VACANCY_DAYS), "region": region}
    names = [name for name in VacancyForm.base_fields if name not in ("region", "version")]
    facts = {name: getattr(vacancy, name) for name in names}
    day = vacancy.expires_on - ONE_DAY
    day = day if day >= today else today + timedelta(days=limits.VACANCY_DAYS)
    return facts | {"region": vacancy.region_id, "version": vacancy.version, "last_day": day}


def _grouped() -> list:
    """Return the prefectures with their counties, as a select shows them."""
    found: dict[str, list] = {}
    names = {}
    for code, region in places().items():
        parts = region.path.split("/")
        if len(parts) == 2:
            names[code] = pick(region, "name")
        city = parts[1] if len(parts) > 1 else code
        found.setdefault(city, []).append((code, pick(region, "name")))
    return [(names.get(city, ""), options) for city, options in found.items()]


class AnswerForm(NamedErrors, forms.Form):
    """What a person shows to the unit of a vacancy, and the words agreed to."""

    use_required_attribute = False

    fields_shown = forms.MultipleChoiceField(
        label=_("What this unit may see"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that the unit may see.")},
    )
    agrees = forms.BooleanField(
        label=_("I agree"), error_messages={"required": _("Without your consent nothing can be shown.")}
    )
    version = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args, values: dict[str, str], words: str, version: str, **options):
        super().__init__(*args, **options)
        if values.get(Shared.PHONE):
            values = values | {Shared.PHONE: phones.spaced(values[Shared.PHONE])}
        held = [(name, f"{Shared(name).label}: {value}") for name, value in values.items() if value]
        self.fields["fields_shown"].choices = held
        self.fields["agrees"].label = words
        self.initial = {"fields_shown": [Shared.NAME, Shared.PHONE], "version": version}
