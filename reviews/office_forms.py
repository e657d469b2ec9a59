"""What the office types on the pages of experts and rounds."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.contacts import ContactField
from accounts.queries import owner_of
from policies.models import ServiceItem
from reviews.models import Discipline, Expert, ScoreScheme
from reviews.services.rounds import SEATS
from reviews.states import ExpertStatus
from talentportal.lib.field_errors import needed_sometimes
from talentportal.lib.workdays import add_months

MOST_DISCIPLINES, LONGEST_TERM = 3, 36  # months


class ExpertForm(forms.ModelForm):
    account = ContactField(
        label=_("Account, by mobile number or e-mail"),
        required=False,
        help_text=_("Without one an expert is invited by telephone, and names an account when accepting."),
    )

    class Meta:
        model = Expert
        fields = (
            *("organization", "number", "name", "unit_name", "unit_uscc", "group_uscc", "region", "title"),
            *("disciplines", "term_starts_on", "term_ends_on", "capacity", "is_think_tank"),
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user = self.instance.user if self.instance.pk else None
        if user:
            self.fields["account"].initial = user.email or user.phone

    def clean_account(self):
        """Find the account; it serves one expert."""
        contact = self.cleaned_data["account"]
        if contact is None:
            return None
        user = owner_of(contact)
        if user is None:
            raise ValidationError(_("Nobody has proved this number or address as the own one."))
        if Expert.objects.filter(user=user).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This account belongs to another expert."))
        return user

    def clean(self):
        data = super().clean()
        starts, ends = data.get("term_starts_on"), data.get("term_ends_on")
        if starts and ends and ends > add_months(starts, LONGEST_TERM):
            self.add_error("term_ends_on", _("A term lasts three years at most."))
        if len(data.get("disciplines") or ()) > MOST_DISCIPLINES:
            self.add_error("disciplines", _("Three disciplines at most."))
        return data

    def save(self, commit=True):
        self.instance.user = self.cleaned_data.get("account")
        return super().save(commit)


class ReasonForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(label=_("Reason"), max_length=300, error_messages={"required": _("Give the reason.")})


class AccountForm(forms.Form):
    """The account of an expert who had none; asked only of those."""

    use_required_attribute = False
    account = needed_sometimes(
        ContactField(
            label=_("Account of the expert, by mobile number or e-mail"),
            help_text=_("Dossiers are read and scored online by the expert alone; who has no account registers first."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
    )


class StatusForm(ReasonForm):
    status = forms.ChoiceField(label=_("Status"), choices=ExpertStatus, widget=forms.RadioSelect)
    field_order = ("status", "reason")


class RoundForm(forms.Form):
    use_required_attribute = False
    item = forms.ModelChoiceField(ServiceItem.objects.none(), label=_("Service item"))
    scheme = forms.ModelChoiceField(ScoreScheme.objects.all(), label=_("Score scheme"))
    title_zh = forms.CharField(label=_("Chinese title"), max_length=160, required=False)
    title_en = forms.CharField(label=_("English title"), max_length=200, required=False)
    seats = forms.TypedChoiceField(label=_("Experts per group"), choices=[(n, n) for n in SEATS], coerce=int, initial=5)
    outside_percent = forms.IntegerField(
        label=_("From outside the province, at least (percent)"), min_value=0, max_value=100, initial=0
    )
    answer_hours = forms.IntegerField(label=_("Hours to answer an invitation"), min_value=1, max_value=240, initial=48)
    review_days = forms.IntegerField(label=_("Working days to review"), min_value=1, max_value=60, initial=10)
    avoids_home = forms.BooleanField(
        label=_("Experts of an applicant's county keep away"), required=False, initial=True
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items


class GroupForm(forms.Form):
    use_required_attribute = False
    discipline = forms.ModelChoiceField(Discipline.objects.all(), label=_("Discipline"))


class NonceForm(forms.Form):
    use_required_attribute = False
    nonce = forms.CharField(
        label=_("The number you throw"),
        help_text=_("6 to 64 characters of your own choice, best by throwing dice. They decide who is drawn."),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter 6 to 64 characters of your own choice, best by throwing dice.")},
    )


class MoreForm(forms.Form):
    use_required_attribute = False
    wanted = forms.IntegerField(label=pgettext_lazy("draw", "Further experts"), min_value=1, max_value=9, initial=2)
