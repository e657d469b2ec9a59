"""The form of an objection, and the one that asks how it stands."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from applications.uploads import ScanField
from talentportal.lib.field_errors import NamedErrors
from talentportal.lib.numbers import clean_short_code

MIN_TEXT = 10  # characters: less names no fact


class ObjectionForm(NamedErrors, forms.Form):
    """An objection to one entry of a publicity."""

    use_required_attribute = False
    entry = forms.ModelChoiceField(label=_("What do you object to?"), queryset=None, empty_label=None)
    text = forms.CharField(
        label=_("What is not right, and how do you know?"),
        help_text=_("Name facts that can be checked: when, where, what. At most 2000 characters."),
        min_length=MIN_TEXT,
        max_length=2000,
        error_messages={"min_length": _("Say more: at least %(limit_value)d characters, with facts.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = forms.CharField(
        label=_("Your real name"),
        help_text=_("Only the office that investigates can see who you are, and each look is recorded."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact = forms.CharField(
        label=_("Your telephone number or e-mail address"), max_length=100, help_text=_("For questions of the office.")
    )
    # Last: nothing that comes after a file which is too large can be read.
    evidence = ScanField(label=_("Evidence"), help_text=_("One file: PDF, JPG or PNG, at most 20 MB."), required=False)

    def __init__(self, *args, entries, **options):
        super().__init__(*args, **options)
        self.fields["entry"].queryset = entries
        self.fields["entry"].widget = forms.Select(choices=self.fields["entry"].choices)

    def clean_contact(self) -> str:
        contact = self.cleaned_data["contact"].strip()
        if re.fullmatch(r"\+?[\d\s()\-]{7,30}", contact, re.ASCII):
            return contact
        try:
            validate_email(contact)
        except ValidationError as error:
            raise ValidationError(_("Enter a telephone number or an e-mail address.")) from error
        return contact


class ReceiptForm(NamedErrors, forms.Form):
    use_required_attribute = False
    number = forms.CharField(
        label=_("Number of the objection"), max_length=20, help_text=_("It is on the receipt: 10 letters and digits.")
    )

    def clean_number(self) -> str:
        return clean_short_code(self.cleaned_data["number"])
