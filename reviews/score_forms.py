"""What the office enters about dossiers and sheets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.uploads import ScanField
from reviews.models import Draw


class ReasonForm(forms.Form):
    """A reason."""

    use_required_attribute = False
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class NamesForm(forms.Form):
    """Further names to take out."""

    use_required_attribute = False
    words = forms.CharField(
        label=_("Further names to take out"),
        help_text=_("One a line: nicknames, products, supervisors, everything that tells who it is."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def clean_words(self) -> list[str]:
        return self.cleaned_data["words"].splitlines()


class FileForm(forms.Form):
    """The anonymous version of a material."""

    use_required_attribute = False
    title_zh = forms.CharField(label=_("Chinese title"), max_length=120)
    title_en = forms.CharField(label=_("English title"), max_length=160)
    enclosed = ScanField(
        label=_("Anonymous version"),
        help_text=_("PDF, JPG or PNG, names and seals blacked out. Hidden data is taken out here."),
    )


class PanelForm(forms.Form):
    """What the panel said."""

    use_required_attribute = False
    opinion = forms.CharField(
        label=_("Opinion of the panel"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ExtendForm(forms.Form):
    """A later last day."""

    use_required_attribute = False
    until = forms.DateField(label=_("Review until"), widget=forms.DateInput(attrs={"type": "date"}))


class PlaceForm(forms.Form):
    """A case for a group, as long as its candidates are not frozen."""

    use_required_attribute = False

    def __init__(self, round, cases, *args, **kwargs):
        super().__init__(*args, **kwargs)
        open_groups = round.groups.exclude(draws__in=Draw.objects.filter(dropped_at=None))
        self.fields["group"] = forms.ModelChoiceField(open_groups, label=_("Group"), empty_label=None)
        self.fields["case"] = forms.ModelChoiceField(cases, label=_("Case"))
        self.fields["case"].label_from_instance = lambda case: f"{case.case_no} {case.unit or case.applicant_name}"
