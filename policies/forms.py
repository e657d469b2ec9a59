from django import forms
from django.utils.translation import gettext_lazy as _

from policies.models import Frequency


class SaveSearchForm(forms.Form):
    """How often to report a search, and where to when nobody is signed in."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    frequency = forms.ChoiceField(
        label=_("How often"), choices=Frequency, initial=Frequency.WEEKLY, widget=forms.RadioSelect
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if user.is_authenticated:
            del self.fields["email"]


class FrequencyForm(forms.Form):
    """A new frequency of a saved search."""

    frequency = forms.ChoiceField(label=_("How often"), choices=Frequency)
