"""Input of the demo clock's page."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 130  # working days in one request; the command moves further


class MoveByForm(forms.Form):
    working_days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=LONGEST)


class MoveToForm(forms.Form):
    moment = forms.DateTimeField(
        label=_("Day and time"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
