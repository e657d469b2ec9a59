"""What is noted about a bad rating, step by step."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.services.rectification import EXCLUSIONS

WORDS = {"max_length": 1000, "widget": forms.Textarea(attrs={"rows": 4})}


class ContactForm(forms.Form):
    use_required_attribute = False
    title, button = _("Contact the rater"), _("Contacted: note what was found")
    finding = forms.CharField(
        label=_("What was found"),
        help_text=_("The rater reads it in the own inbox, also where the rating bears no name."),
        error_messages={"required": _("Say what was found.")},
        **WORDS,
    )


class RectifyForm(forms.Form):
    use_required_attribute = False
    title, button = _("Put it right"), _("Put right: note what was done")
    result = forms.CharField(label=_("What was done"), error_messages={"required": _("Say what was done.")}, **WORDS)


class CallBackForm(forms.Form):
    use_required_attribute = False
    title, button = _("Call back"), _("Called back: finish")
    is_satisfied = forms.TypedChoiceField(
        label=_("Is the rater satisfied now?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the rater is satisfied.")},
    )


class ExcludeForm(forms.Form):
    use_required_attribute = False
    title, button = _("Check the rating"), _("Do not count it")
    as_ = forms.ChoiceField(
        label=_("Why does it not count?"),
        help_text=_("Only after a check. The rating stays as it was given and the rater sees that it is not counted."),
        choices=list(EXCLUSIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it does not count.")},
    )
