"""Input on recruitment events: registration, a place in a queue, the survey, a unit's booth."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from talentportal.lib.field_errors import NamedErrors
from talents import consent_texts
from talents.models import Vacancy
from talents.states import RecruitKind

STARS = [
    (5, _("very good")),
    (4, _("good")),
    (3, _("so so")),
    (2, _("not good")),
    (1, _("bad")),
]


class VacancyChoice(forms.ModelChoiceField):
    def label_from_instance(self, vacancy: Vacancy) -> str:
        return vacancy.title


class VacancyChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, vacancy: Vacancy) -> str:
        return vacancy.title


class RegisterForm(NamedErrors, forms.Form):
    """Take part; at a fair for doctors one says that one is, or nearly is, a doctor."""

    is_doctor = forms.BooleanField(
        label=_("I hold a doctorate or am about to defend it"),
        error_messages={"required": _("This fair is for doctors, and for those who are about to defend.")},
    )

    def __init__(self, *args, kind: str, **options):
        super().__init__(*args, **options)
        if kind != RecruitKind.DOCTORS:
            del self.fields["is_doctor"]


class DrawForm(NamedErrors, forms.Form):
    """Join the queue of a booth: for which vacancy, a line about oneself, and the consent to the words shown."""

    vacancy = VacancyChoice(
        label=_("What you want to talk about"),
        queryset=Vacancy.objects.none(),
        to_field_name="public_id",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose one of the vacancies.")},
    )
    line = forms.CharField(
        label=_("A line about yourself"),
        help_text=_("What you studied or do now. No phone number, no document number."),
        max_length=200,
        required=False,
    )
    version = forms.CharField(max_length=20, widget=forms.HiddenInput)
    agrees = forms.BooleanField(error_messages={"required": _("Without your consent you get no number.")})

    def __init__(self, *args, vacancies, words: str, **options):
        super().__init__(*args, **options)
        self.fields["vacancy"].queryset = vacancies
        self.fields["agrees"].label = words

    def clean(self) -> dict:
        """Take no consent to other words than those in use."""
        said = super().clean()
        if said.get("version") != consent_texts.for_talks().version:
            raise ValidationError(_("The words you agree to have changed. Read them again."))
        return said


class SurveyForm(NamedErrors, forms.Form):
    stars = forms.TypedChoiceField(
        label=pgettext_lazy("event", "How was it?"),
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five answers.")},
    )
    words = forms.CharField(
        label=_("What should be done better"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class BoothForm(NamedErrors, forms.Form):
    """Which of the unit's vacancies a booth shows."""

    vacancies = VacancyChoices(
        label=_("Vacancies at the booth"),
        queryset=Vacancy.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one vacancy.")},
    )

    def __init__(self, *args, vacancies, **options):
        super().__init__(*args, **options)
        self.fields["vacancies"].queryset = vacancies
