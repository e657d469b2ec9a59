"""Forms of a unit: what it hands in to be verified, what it asks of a person, what it keeps."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.uploads import ScanField
from talentportal.lib.field_errors import NamedErrors
from talents.catalogs import industries
from talents.services.contact import MOST_WORDS
from talents.services.shortlists import LONGEST_NAME, LONGEST_NOTE
from talents.states import Ask, Shared, UnitSize

ONE_FILE = _("One file: PDF, JPG or PNG, at most 20 MB.")


class PlainForm(NamedErrors, forms.Form):
    use_required_attribute = False


def _industry_choices() -> list[tuple[str, str]]:
    catalog = industries()
    return [("", _("Choose")), *((entry.code, catalog.name(entry.code)) for entry in catalog.children())]


class CheckForm(PlainForm):
    """What an office needs to verify a unit."""

    legal_representative = forms.CharField(label=_("Legal representative"), max_length=60)
    industry = forms.ChoiceField(label=_("Industry"), choices=_industry_choices)
    size = forms.ChoiceField(label=_("Size of the unit"), choices=[("", _("Choose")), *UnitSize.choices])
    # Last: nothing that comes after a file which is too large can be read.
    license = ScanField(label=_("Business license or certificate of the institution"), help_text=ONE_FILE)


class AuthorityForm(PlainForm):
    """A handler's power of attorney."""

    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    scan = ScanField(label=_("Power of attorney with the seal of the unit"), help_text=ONE_FILE)

    def clean(self) -> dict:
        data = super().clean()
        first, last = data.get("starts_on"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        return data

    def words(self) -> dict:
        """Return what the service takes."""
        data = self.cleaned_data
        return {
            "starts_on": data["starts_on"],
            "ends_on": data["last_day"] + timedelta(days=1),
            "scan": data["scan"],
        }


class AskForm(PlainForm):
    """A contact request: words of a template, a vacancy, and which facts."""

    ask = forms.ChoiceField(label=_("What you ask for"), choices=Ask.choices, widget=forms.RadioSelect)
    vacancy = forms.ModelChoiceField(
        label=_("Vacancy"),
        queryset=None,
        required=False,
        to_field_name="public_id",
        empty_label=_("none"),
        help_text=_("Needed when you have a vacancy in mind. Only vacancies that are online."),
    )
    wanted = forms.MultipleChoiceField(
        label=_("What you would like to see"),
        choices=Shared.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The person decides which of them you see, for 30 days."),
    )

    def __init__(self, *args, vacancies, **options):
        super().__init__(*args, **options)
        self.fields["vacancy"].queryset = vacancies


class MessageForm(PlainForm):
    text = forms.CharField(
        label=_("Your message"), max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


class NameForm(PlainForm):
    name = forms.CharField(label=pgettext_lazy("list", "Name"), max_length=LONGEST_NAME)


class NoteForm(PlainForm):
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)
