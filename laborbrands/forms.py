"""Input on recognitions and subsidies, of the office and of builder units."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.questions import DayField
from laborbrands.rules.subsidy import account_obstacles


class EndorseForm(forms.Form):
    """The word of a county or prefecture, and the version of the case that its page showed."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[("yes", _("recommended")), ("no", _("not recommended"))],
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label=_("Opinion"),
        help_text=_("What was compared, with what result. The applicant reads the verdict, not this."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def words(self) -> dict:
        """Return the arguments of the service."""
        said = self.cleaned_data
        return {"is_favorable": said["verdict"] == "yes", "opinion": said["opinion"], "version": said["version"]}


class AccountForm(forms.Form):
    account = forms.CharField(
        label=_("Bank account of the unit"),
        help_text=_("The payee is your unit. We keep the last four digits only."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_account(self) -> str:
        number = self.cleaned_data["account"]
        if reasons := account_obstacles(number):
            raise ValidationError(reasons)
        return number


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class DocumentForm(forms.Form):
    document_no = forms.CharField(label=_("Document number"), max_length=60)


class PaymentForm(DocumentForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["paid_on"] = DayField(label=_("Paid on"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RecoveryForm(ReasonForm):
    amount = forms.DecimalField(label=_("Amount (yuan)"), max_digits=12, decimal_places=2, min_value=0)
