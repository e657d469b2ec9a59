"""The forms of builders: the yearly report with its figures, the statement on a removal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from laborbrands.models import BrandStat
from laborbrands.rules.figures import misfits
from laborbrands.services.figures import MONEY
from talentportal.lib.field_errors import NamedErrors


class ReportForm(NamedErrors, forms.Form):
    use_required_attribute = False
    text = forms.CharField(
        label=_("What happened in the year"),
        help_text=_("Training, jobs, events, difficulties, plans. At most 5000 characters."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in BrandStat.COUNTS:
            label = BrandStat._meta.get_field(name).verbose_name
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=100_000_000, initial=0)
        for name in MONEY:
            field = BrandStat._meta.get_field(name)
            self.fields[name] = forms.DecimalField(
                label=field.verbose_name,
                min_value=0,
                max_digits=field.max_digits,
                decimal_places=field.decimal_places,
                required=False,
            )

    def clean(self):
        data = super().clean()
        for name, words in misfits(data):
            self.add_error(name, words)
        return data

    def figures(self) -> dict:
        """Return the numbers by name."""
        return {name: value for name, value in self.cleaned_data.items() if name != "text"}


class DefenceForm(NamedErrors, forms.Form):
    use_required_attribute = False
    defence = forms.CharField(
        label=_("Your statement"),
        help_text=_(
            "Say what is not right about the facts, or what speaks for keeping the brand. Once; 5000 characters."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
