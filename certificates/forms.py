from django import forms
from django.conf import settings
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from certificates.models import Batch
from talentportal.lib import numbers


class NumberForm(forms.Form):
    """Verify by the number on the certificate and the name of its holder."""

    way = forms.CharField(initial="number", widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=40,
        help_text=_("19 digits, at the foot of the certificate"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Name of the holder"),
        max_length=120,
        help_text=_("as printed, with every dot and space"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_number(self):
        number = numbers.clean_short_code(self.cleaned_data["number"])
        if not numbers.is_certificate_number(number):
            raise forms.ValidationError(_("This is not a certificate number: compare each of its 19 digits."))
        return number


class CodeForm(forms.Form):
    """Verify by the code under the QR code."""

    way = forms.CharField(initial="code", widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Verification code"),
        max_length=20,
        help_text=_("8 letters and digits under the QR code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self):
        code = numbers.clean_short_code(self.cleaned_data["code"])
        if len(code) != 8:
            raise forms.ValidationError(_("A verification code has 8 characters."))
        return code


class FileForm(forms.Form):
    """Check a PDF that somebody sent."""

    way = forms.CharField(initial="file", widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("PDF of the certificate"),
        help_text=_("at most 2 MB; it is checked and not kept"),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    most_bytes = 2 * 1024 * 1024

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > self.most_bytes:
            raise forms.ValidationError(_("This file is larger than 2 MB. Our certificates are much smaller."))
        content = file.read()
        if not content.startswith(b"%PDF-"):
            raise forms.ValidationError(_("This is not a PDF. Choose the file as you received it."))
        return content


class ActForm(forms.Form):
    """Why a certificate is suspended, revoked, cancelled or made anew."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("kept in the history of the certificate"))
    document_no = forms.CharField(label=_("Number of the decision"), max_length=60, required=False)

    def __init__(self, *args, act: str, **options):
        super().__init__(*args, **options)
        self.fields["document_no"].required = act == "revoke"
        if act == "reissue":
            del self.fields["document_no"]


class BatchForm(forms.ModelForm):
    """A new batch and its file."""

    file = forms.FileField(
        label=_("CSV file"),
        validators=[FileExtensionValidator(["csv"])],
        help_text=_("One line per person; save the sheet as “CSV UTF-8”."),
    )

    class Meta:
        model = Batch
        fields = ("title", "kind", "organization", "document_no", "approved_on", "valid_until")
        widgets = {name: forms.DateInput(attrs={"type": "date"}) for name in ("approved_on", "valid_until")}

    def __init__(self, *args, organizations, **options):
        super().__init__(*args, **options)
        self.fields["organization"].queryset = organizations

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES // 10:
            raise forms.ValidationError(_("This file is too large."))
        return file.read()
