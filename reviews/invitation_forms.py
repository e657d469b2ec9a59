"""What an expert answers to an invitation, and promises before reading."""

from django import forms
from django.utils.translation import gettext_lazy as _

PROMISES = (
    _("I keep secret what I read, what I score, and that I review; I copy nothing and let nobody use my account."),
    _("I review by myself and by the criteria alone, take no gift and meet no applicant about it."),
    _("If I find that I know an applicant in a way that bars me, I say so at once and stop."),
)


class DeclineForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why can you not review this time?"),
        help_text=_("The office reads it; the next reserve is invited at once."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason.")},
    )


class PromiseForm(forms.Form):
    use_required_attribute = False
    agrees = forms.BooleanField(
        label=_("I have read this and promise it."),
        error_messages={"required": _("Without this promise nothing can be shown.")},
    )
